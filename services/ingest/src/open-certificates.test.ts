import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Handover, handover } from '@pushav/shared/handover.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { certificatesIn, directoryWithRoots, handoverFileIn, localNames } from './testing/certificates.ts'
import { makeCsr, makeReferenceRoot, openssl } from './testing/openssl.ts'

const dayMs = 86_400_000
const inDays = (days: number) => () => new Date(Date.now() + days * dayMs)
const ours = { override: true, type: null, profile: null, mayShowKey: true } as const

async function handoverIn(directory: string): Promise<Handover> {
  return handover.parse(JSON.parse(await readFile(handoverFileIn(directory), 'utf8')))
}

const fileIn = (directory: string, ...path: string[]) => join(directory, 'certs', ...path)
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
const textOf = (directory: string, ...path: string[]) => readFile(fileIn(directory, ...path), 'utf8')

describe('openCertificates', () => {
  describe('on first start', () => {
    it('makes two roots that only issue leaves, and a server certificate that strict clients take', async () => {
      await using directory = await temporaryDirectory()
      await certificatesIn(directory.path)
      const root = fileIn(directory.path, 'server', 'root.pem')
      const leaf = fileIn(directory.path, 'server', 'localhost.pem')
      const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', root]
      for (const name of [
        ['-verify_hostname', 'localhost'],
        ['-verify_ip', '127.0.0.1'],
        ['-verify_ip', '::1'],
      ]) {
        match(openssl(...strict, ...name, leaf), /OK/)
      }
      const text = openssl('x509', '-in', root, '-noout', '-text')
      match(text, /CA:TRUE, pathlen:0/)
      match(text, /Public-Key: \(3072 bit\)/)
      match(text, /Subject: O = CSA, CN = TC_PAVS root [0-9a-f]{16}/)
      notEqual(
        await textOf(directory.path, 'device', 'root.pem'),
        await textOf(directory.path, 'server', 'root.pem'),
      )
    })

    it('keeps keys to their owner', async () => {
      await using directory = await temporaryDirectory()
      const certificates = await certificatesIn(directory.path)
      await certificates.issue.keyPair('dev', ours)
      for (const key of ['server/root.key', 'server/localhost.key', 'device/root.key', 'device/dev.key']) {
        equal(await modeOf(fileIn(directory.path, key)), '600', key)
      }
      equal(await modeOf(handoverFileIn(directory.path)), '600')
      equal(await modeOf(fileIn(directory.path, 'device')), '700')
    })

    it('hands the proxy the server certificate with its key, the device root, and no CA key', async () => {
      await using directory = await temporaryDirectory()
      const { secret } = await certificatesIn(directory.path)
      const handed = await handoverIn(directory.path)
      deepEqual(handed, {
        secret,
        serverCertificate: await textOf(directory.path, 'server', 'localhost.pem'),
        serverKey: await textOf(directory.path, 'server', 'localhost.key'),
        keylog: false,
        deviceRoots: new X509Certificate(await textOf(directory.path, 'device', 'root.pem')).toString(),
        revokedSerials: [],
      })
    })

    it('ends with one CA and one secret when several processes start at once', async () => {
      await using directory = await temporaryDirectory()
      const started = await Promise.all([1, 2, 3, 4].map(() => certificatesIn(directory.path)))
      equal(new Set(started.map(({ secret }) => secret)).size, 1)
      const csr = Buffer.from(makeCsr(directory.path, 'p256'))
      for (const [at, { issue }] of started.entries()) {
        await issue.sign(`dev${at}`, csr, { override: true, profile: null, renewed: null })
        const root = fileIn(directory.path, 'device', 'root.pem')
        match(openssl('verify', '-CAfile', root, fileIn(directory.path, 'device', `dev${at}.pem`)), /OK/)
      }
      const left = (await readdir(fileIn(directory.path))).filter((name) => !name.endsWith('.lock'))
      deepEqual(left.sort(), ['device', 'server'])
    })
  })

  describe('on a later start', () => {
    it('keeps the roots, the server certificate, the secret and the devices', async () => {
      await using directory = await directoryWithRoots()
      const first = await certificatesIn(directory.path)
      const { certificate } = await first.issue.keyPair('dev', ours)
      const handed = await handoverIn(directory.path)
      const second = await certificatesIn(directory.path)
      deepEqual(await handoverIn(directory.path), handed)
      equal(second.secret, first.secret)
      const again = await second.issue.keyPair('dev', { ...ours, override: false })
      deepEqual([again.created, again.certificate], [false, certificate])
    })

    it('still refuses what was revoked before', async () => {
      await using directory = await directoryWithRoots()
      const first = await certificatesIn(directory.path)
      await first.issue.keyPair('dev', ours)
      const { revoked } = await first.revoke('dev')
      await rm(handoverFileIn(directory.path))
      await certificatesIn(directory.path)
      deepEqual((await handoverIn(directory.path)).revokedSerials, revoked)
    })

    it('makes a new secret when the handover file is garbage', async () => {
      await using directory = await directoryWithRoots()
      await certificatesIn(directory.path)
      await writeFile(handoverFileIn(directory.path), '{"secret":"short"')
      const { secret } = await certificatesIn(directory.path)
      equal((await handoverIn(directory.path)).secret, secret)
    })

    it('issues the server certificate anew when it lacks a name', async () => {
      await using directory = await directoryWithRoots()
      await certificatesIn(directory.path)
      const names = {
        commonName: '10.1.2.3',
        dnsNames: ['localhost', 'cam._http._tcp.local'],
        ips: ['10.1.2.3'],
      }
      await certificatesIn(directory.path, { names })
      const leaf = fileIn(directory.path, 'server', 'localhost.pem')
      const verified = openssl(
        ...['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_ip', '10.1.2.3'],
        ...['-CAfile', fileIn(directory.path, 'server', 'root.pem'), leaf],
      )
      match(verified, /OK/)
      match(openssl('x509', '-in', leaf, '-noout', '-subject'), /O = CSA, OU = TC_PAVS, CN = 10\.1\.2\.3/)
      equal((await handoverIn(directory.path)).serverCertificate, await readFile(leaf, 'utf8'))
    })

    it('keeps the names of other ingest processes, and drops them when it is due for renewal', async () => {
      await using directory = await directoryWithRoots()
      const namesWith = (ip: string) => ({ ...localNames, ips: [...localNames.ips, ip] })
      await certificatesIn(directory.path, { names: namesWith('10.0.0.2') })
      await certificatesIn(directory.path, { names: namesWith('10.0.0.3') })
      const both = await handoverIn(directory.path)
      await certificatesIn(directory.path, { names: namesWith('10.0.0.2') })
      deepEqual(await handoverIn(directory.path), both)
      await certificatesIn(directory.path, { names: namesWith('10.0.0.2'), now: inDays(61) })
      const { serverCertificate } = await handoverIn(directory.path)
      const namesOf = (text: string) => new X509Certificate(text).subjectAltName ?? ''
      match(namesOf(both.serverCertificate), /10\.0\.0\.3.*10\.0\.0\.2|10\.0\.0\.2.*10\.0\.0\.3/)
      equal(namesOf(serverCertificate).includes('10.0.0.3'), false)
    })

    it('issues the server certificate anew when only its common name is another', async () => {
      await using directory = await directoryWithRoots()
      await certificatesIn(directory.path)
      await certificatesIn(directory.path, { names: { ...localNames, commonName: '127.0.0.1' } })
      const leaf = fileIn(directory.path, 'server', 'localhost.pem')
      match(openssl('x509', '-in', leaf, '-noout', '-subject'), /CN = 127\.0\.0\.1/)
    })

    it('issues the server certificate anew when its key is gone, another or unreadable', async () => {
      await using directory = await directoryWithRoots()
      await certificatesIn(directory.path)
      const key = fileIn(directory.path, 'server', 'localhost.key')
      const spoil = [
        () => rm(key),
        () => writeFile(key, openssl('genpkey', '-algorithm', 'RSA')),
        () => writeFile(key, 'x'),
      ]
      for (const spoilKey of spoil) {
        await spoilKey()
        await certificatesIn(directory.path)
        const { serverCertificate, serverKey } = await handoverIn(directory.path)
        ok(new X509Certificate(serverCertificate).publicKey.equals(publicKeyOf(serverKey)))
      }
    })
  })

  describe('while running', () => {
    it('renews the server certificate at two thirds of its life and hands it over', async () => {
      await using directory = await directoryWithRoots()
      let now = inDays(0)
      const certificates = await certificatesIn(directory.path, { now: () => now() })
      const before = await handoverIn(directory.path)
      now = inDays(59)
      await certificates.check()
      deepEqual(await handoverIn(directory.path), before)
      now = inDays(61)
      await certificates.check()
      const after = await handoverIn(directory.path)
      notEqual(after.serverCertificate, before.serverCertificate)
      equal(after.secret, before.secret)
      ok(new X509Certificate(after.serverCertificate).validToDate > inDays(150)())
    })

    it('survives a check that fails and says so', async () => {
      await using directory = await directoryWithRoots()
      const lines: string[] = []
      let now = inDays(0)
      const certificates = await certificatesIn(directory.path, {
        now: () => now(),
        write: (line) => lines.push(line),
      })
      await rm(fileIn(directory.path), { recursive: true })
      now = inDays(61)
      await certificates.check()
      match(lines.at(-1) ?? '', /server certificate could not be checked/)
    })

    it('tells the proxy of a revocation before it answers', async () => {
      await using directory = await directoryWithRoots()
      const { issue, revoke } = await certificatesIn(directory.path)
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      await Promise.all(names.map((name) => issue.keyPair(name, ours)))
      const all = await Promise.all(names.map((name) => revoke(name)))
      const { revokedSerials } = await handoverIn(directory.path)
      deepEqual([...revokedSerials].sort(), all.flatMap(({ revoked }) => revoked).sort())
    })
  })

  describe('when a root is broken', () => {
    const broken: readonly (readonly [string, (directory: string) => Promise<unknown>, RegExp])[] = [
      ['its key is missing', (path) => rm(join(path, 'root.key')), /device has no root\.key: put it back/],
      [
        'its certificate is missing',
        (path) => rm(join(path, 'root.pem')),
        /device has no root\.pem: put it back/,
      ],
      [
        'its key is another',
        (path) => writeFile(join(path, 'root.key'), openssl('genpkey', '-algorithm', 'RSA')),
        /certs\/device\/root\.key does not belong to certs\/device\/root\.pem/,
      ],
      [
        'its certificate is garbage',
        (path) => writeFile(join(path, 'root.pem'), 'x'),
        /root\.pem holds no readable/,
      ],
      ['its key is garbage', (path) => writeFile(join(path, 'root.key'), 'x'), /root\.key holds no readable/],
    ]
    for (const [what, spoil, message] of broken) {
      it(`does not start, says why and overwrites nothing: ${what}`, async () => {
        await using directory = await directoryWithRoots()
        await certificatesIn(directory.path)
        const path = fileIn(directory.path, 'device')
        await spoil(path)
        const before = await filesOf(path)
        await rejects(certificatesIn(directory.path), message)
        deepEqual(await filesOf(path), before)
      })
    }

    it('does not start when a root is over, and says when that was', async () => {
      await using directory = await directoryWithRoots()
      await certificatesIn(directory.path)
      await rejects(
        certificatesIn(directory.path, { now: inDays(365 * 21) }),
        /root\.pem is valid from .* but now it is/,
      )
    })

    it('does not take a leaf for a root', async () => {
      await using directory = await directoryWithRoots()
      const { issue } = await certificatesIn(directory.path)
      const { key, certificate } = await issue.keyPair('dev', ours)
      await writeFile(fileIn(directory.path, 'device', 'root.pem'), certificate)
      await writeFile(fileIn(directory.path, 'device', 'root.key'), key ?? '')
      await rejects(certificatesIn(directory.path), /not a CA certificate/)
    })
  })

  describe('with what the reference left', () => {
    it('goes on with its roots, closes their keys and replaces its server certificate', async () => {
      await using directory = await temporaryDirectory()
      const lines: string[] = []
      for (const hierarchy of ['server', 'device']) {
        await mkdir(fileIn(directory.path, hierarchy), { recursive: true })
        makeReferenceRoot(fileIn(directory.path, hierarchy))
        await chmod(fileIn(directory.path, hierarchy, 'root.key'), 0o644)
      }
      const root = await textOf(directory.path, 'server', 'root.pem')
      const { issue } = await certificatesIn(directory.path, { write: (line) => lines.push(line) })
      equal(await textOf(directory.path, 'server', 'root.pem'), root)
      equal(await modeOf(fileIn(directory.path, 'server', 'root.key')), '600')
      equal(lines.filter((line) => line.includes('CA key was open to others')).length, 2)
      await issue.keyPair('dev', ours)
      for (const [hierarchy, name] of [
        ['server', 'localhost'],
        ['device', 'dev'],
      ] as const) {
        const verify = ['verify', '-x509_strict', '-CAfile', fileIn(directory.path, hierarchy, 'root.pem')]
        match(openssl(...verify, fileIn(directory.path, hierarchy, `${name}.pem`)), /OK/)
      }
    })

    it('goes on with a root on an EC key', async () => {
      await using directory = await temporaryDirectory()
      const path = fileIn(directory.path, 'device')
      await mkdir(path, { recursive: true })
      const out = ['-keyout', join(path, 'root.key'), '-out', join(path, 'root.pem')]
      openssl(
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-384',
          '-nodes',
          '-subj',
          '/CN=own',
        ],
        ...['-addext', 'keyUsage=critical,keyCertSign', ...out],
      )
      const { issue } = await certificatesIn(directory.path)
      await issue.keyPair('dev', { ...ours, type: 'rsa-2048' })
      match(openssl('verify', '-x509_strict', '-CAfile', join(path, 'root.pem'), join(path, 'dev.pem')), /OK/)
    })
  })
})

const publicKeyOf = (key: string) => createPublicKey(createPrivateKey(key))

async function filesOf(directory: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(directory)).sort()
  return Promise.all(
    names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const),
  )
}
