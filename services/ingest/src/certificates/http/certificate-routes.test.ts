import { deepEqual, equal, match, notEqual, ok, throws } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import express from 'express'
import request, { type Response } from 'supertest'
import type { IssueGrant } from '../../access/http/enrol.ts'
import { createErrorResponder, errorHandler } from '../../http/error-handler.ts'
import type { Certificates } from '../../open-certificates.ts'
import { certificatesIn, handoverFileIn } from '../../testing/certificates.ts'
import { makeCsr, openssl } from '../../testing/openssl.ts'
import { x509Reader } from '../x509/reader.ts'
import { certificateRoutes } from './certificate-routes.ts'

const run = promisify(execFile)
const log = createLogger('test', 'silent')
const dayMs = 86_400_000

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let certificates: Certificates
let app: express.Express
let passedDays = 0
let grant: IssueGrant | null = null

before(async () => {
  directory = await temporaryDirectory()
  certificates = await certificatesIn(directory.path, {
    now: () => new Date(Date.now() + passedDays * dayMs),
  })
  app = express().use(
    certificateRoutes(
      {
        ...{ ...certificates, lastSeen: async () => new Map() },
        ...{
          onProxyPorts: () => {},
          grantOf: () => grant,
          endAdmin: async () => ({ tokens: 0, sessions: 0 }),
        },
      },
      log,
    ),
    errorHandler(createErrorResponder(log)),
  )
})
afterEach(() => {
  passedDays = 0
  grant = null
})
after(async () => {
  await certificates.close()
  await directory[Symbol.asyncDispose]()
})

const fileIn = (...path: string[]) => join(directory.path, 'certs', ...path)
const csrOf = (...args: [kind: Parameters<typeof makeCsr>[1], ...more: string[]]) =>
  makeCsr(directory.path, ...args)
const signed = (name: string, csr: string, query = '') =>
  request(app).post(`/certs/${name}/sign${query}`).send({ csr })
const publicKeyOf = (key: string) => createPublicKey(createPrivateKey(key))
const text = (pem: string) => new X509Certificate(pem)
const verifyDevice = (name: string) =>
  openssl(
    'verify',
    '-x509_strict',
    '-purpose',
    'sslclient',
    '-CAfile',
    fileIn('device', 'root.pem'),
    fileIn('device', `${name}.pem`),
  )

describe('POST /certs/:name/keypair', () => {
  it('makes an EC key with its certificate and says where they are', async () => {
    const { status, body } = await request(app).post('/certs/dev/keypair')
    equal(status, 200)
    const { key_pem, cert_pem, ...rest } = body
    deepEqual(rest, { key: fileIn('device', 'dev.key'), cert: fileIn('device', 'dev.pem'), created: true })
    equal(await readFile(body.key, 'utf8'), key_pem)
    equal(await readFile(body.cert, 'utf8'), cert_pem)
    ok(text(cert_pem).checkPrivateKey(createPrivateKey(key_pem)))
    equal(text(cert_pem).publicKey.asymmetricKeyType, 'ec')
  })

  it('issues by the profile: fixed subject, clientAuth, a year, an hour back, URI, at most 3000 bytes', async () => {
    const { body } = await request(app).post('/certs/profile/keypair').send({})
    match(verifyDevice('profile'), /OK/)
    const leaf = text(body.cert_pem)
    equal(leaf.subject, 'O=CSA\nOU=TC_PAVS\nCN=profile')
    deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.2'])
    equal(leaf.subjectAltName, 'URI:urn:push-av:device:profile')
    equal(leaf.validToDate.getTime() - leaf.validFromDate.getTime(), 365 * dayMs + 3_600_000)
    ok(leaf.raw.length <= 3_000)
    equal(body.cert_pem.match(/BEGIN CERTIFICATE/g).length, 2)
  })

  it('makes an RSA key on request', async () => {
    const { body } = await request(app).post('/certs/old-cam/keypair?type=rsa')
    equal(text(body.cert_pem).publicKey.asymmetricKeyDetails?.modulusLength, 2048)
    match(verifyDevice('old-cam'), /OK/)
  })

  it('replaces by default, and returns what is valid on override=false', async () => {
    const first = await request(app).post('/certs/again/keypair')
    const kept = await request(app).post('/certs/again/keypair?override=false')
    const second = await request(app).post('/certs/again/keypair?override=true')
    deepEqual(kept.body, { ...first.body, created: false })
    notEqual(second.body.key_pem, first.body.key_pem)
    equal(second.body.created, true)
  })

  it('makes a new pair on override=false when the old one is over', async () => {
    const first = await request(app).post('/certs/late/keypair')
    passedDays = 366
    const { body } = await request(app).post('/certs/late/keypair?override=false')
    equal(body.created, true)
    notEqual(body.cert_pem, first.body.cert_pem)
  })

  it('makes a new pair on override=false when the old one is revoked', async () => {
    await request(app).post('/certs/lost/keypair')
    await request(app).post('/certs/lost/revoke')
    equal((await request(app).post('/certs/lost/keypair?override=false')).body.created, true)
  })

  it('shows the key of a device to no token that is for any name, whatever it overrides', async () => {
    const { body: made } = await request(app).post('/certs/has-key/keypair')
    for (const query of ['', '?override=true', '?override=false']) {
      grant = { mayReplace: false, renewed: null }
      const { status, body } = await request(app).post(`/certs/has-key/keypair${query}`)
      deepEqual([status, body.code, body.key_pem], [409, 'certificate-exists', undefined], query)
      grant = { mayReplace: true, renewed: null }
      const named = await request(app).post('/certs/has-key/keypair?override=false')
      equal(named.body.key_pem, made.key_pem)
    }
  })

  it('refuses override=false where only the device has the key', async () => {
    await signed('own-key', csrOf('p256'))
    const { status, body } = await request(app).post('/certs/own-key/keypair?override=false')
    deepEqual([status, body.code], [409, 'certificate-exists'])
  })

  for (const [how, send] of [
    ['query', () => request(app).post('/certs/aged/keypair?profile=expired')],
    ['JSON body', () => request(app).post('/certs/aged/keypair').send({ profile: 'expired' })],
    [
      'JSON body of another content type',
      () => request(app).post('/certs/aged/keypair').type('form').send('{"profile":"expired"}'),
    ],
  ] as const)
    it(`takes a profile from the ${how}, and says what comes of it`, async () => {
      const { status, body } = await send()
      equal(status, 200)
      ok(text(body.cert_pem).validToDate < new Date())
      const { name, correct_server, this_server, code, rule } = body.profile
      deepEqual([name, correct_server, this_server], ['expired', 'refuses', 'refuses'])
      equal(code, 'certificate-expired')
      match(rule, /RFC 5280/)
    })

  for (const [why, path, sent] of [
    ['an unknown profile', '/certs/x/keypair?profile=old', ''],
    ['an unknown profile in the body', '/certs/x/keypair', '{"profile":7}'],
    ['two profiles', '/certs/x/keypair?profile=expired&profile=large', ''],
    ['a JSON body that is cut off', '/certs/x/keypair', '{"profile":"expired"'],
    ['a type that is not the profile’s', '/certs/x/keypair?profile=rsa-3072&type=ec', ''],
  ] as const)
    it(`refuses ${why}, and issues nothing`, async () => {
      const { status, body } = await request(app).post(path).type('text').send(sent)
      deepEqual([status, body.code], [400, 'request-malformed'])
      equal((await request(app).get('/certs/device/x.pem')).status, 404)
    })

  it('takes any body that is no JSON, as the reference does', async () => {
    const { status, body } = await request(app).post('/certs/form/keypair').type('form').send('a=b')
    deepEqual([status, body.profile], [200, undefined])
  })

  it('replaces no valid certificate by one with a profile on override=false', async () => {
    await request(app).post('/certs/stays/keypair')
    const { status, body } = await request(app).post('/certs/stays/keypair?override=false&profile=expired')
    deepEqual([status, body.code], [409, 'certificate-exists'])
  })

  it('never mixes a key with the certificate of another request: 32 at once for one name', async () => {
    const requests = Array.from({ length: 32 }, () => request(app).post('/certs/crowd/keypair'))
    const answers = await Promise.all(requests)
    for (const { status, body } of answers) {
      equal(status, 200)
      ok(text(body.cert_pem).checkPrivateKey(createPrivateKey(body.key_pem)))
    }
    const [certificate, key] = await Promise.all(
      [fileIn('device', 'crowd.pem'), fileIn('device', 'crowd.key')].map((path) => readFile(path, 'utf8')),
    )
    ok(text(certificate ?? '').publicKey.equals(publicKeyOf(key ?? '')))
    equal(answers.filter(({ body }) => body.cert_pem === certificate).length, 1)
  })

  it('makes one pair for 32 at once that do not want to override', async () => {
    const requests = Array.from({ length: 32 }, () =>
      request(app).post('/certs/polite/keypair?override=false'),
    )
    const answers = await Promise.all(requests)
    equal(new Set(answers.map(({ body }) => body.cert_pem)).size, 1)
    equal(answers.filter(({ body }) => body.created).length, 1)
  })

  for (const query of ['override=maybe', 'override=', 'override=true&override=false', 'type=dsa']) {
    it(`refuses ?${query}`, async () => {
      const { status, body } = await request(app).post(`/certs/odd/keypair?${query}`)
      deepEqual([status, body.code], [400, 'request-malformed'])
    })
  }
})

describe('names of certificates', () => {
  for (const name of [
    'root',
    'Root',
    '.dev',
    '..%2fx',
    'a%2Fb',
    '%2e%2e',
    'a%5cb',
    'a%00b',
    'a b',
    'x'.repeat(65),
    '%23x',
  ]) {
    it(`refuses ${name.slice(0, 10)} for a pair, a signature and a revocation, and writes nothing`, async () => {
      const before = await readdir(fileIn('device'))
      for (const act of ['keypair', 'sign', 'revoke']) {
        const { status, body } = await request(app)
          .post(`/certs/${name}/${act}`)
          .send({ csr: csrOf('p256') })
        deepEqual([status, body.code], [422, 'certificate-name-malformed'])
      }
      deepEqual(await readdir(fileIn('device')), before)
    })
  }

  it('refuses broken percent-encoding as the mistake it is', async () => {
    equal((await request(app).post('/certs/%ff/keypair')).status, 400)
  })
})

describe('POST /certs/:name/sign', () => {
  for (const kind of ['rsa', 'p256', 'p384'] as const) {
    it('signs with a profile, for a key of its kind only', async () => {
      const csr = csrOf('p256')
      const { body } = await request(app).post('/certs/signed-profile/sign').send({ csr, profile: 'no-eku' })
      deepEqual([text(body.cert_pem).keyUsage, body.profile.code], [undefined, 'certificate-purpose'])
      const other = await signed('signed-profile', csr, '?profile=rsa-3072')
      deepEqual([other.status, other.body.code], [400, 'csr-malformed'])
      match(other.body.detail, /rsa-3072/)
      equal((await signed('signed-profile', csr, '?profile=ec-p256')).status, 200)
    })

    it(`signs a ${kind} CSR for the name in the URL, whatever subject it has`, async () => {
      const csr = csrOf(kind, '-subj', '/O=Evil/CN=root')
      const { status, body } = await signed(`cam-${kind}`, csr)
      equal(status, 200)
      const { cert_pem, ...rest } = body
      deepEqual(rest, { key: null, cert: fileIn('device', `cam-${kind}.pem`), created: true })
      equal(text(cert_pem).subject, `O=CSA\nOU=TC_PAVS\nCN=cam-${kind}`)
      const key = await readFile(join(directory.path, `${kind}.key`), 'utf8')
      ok(text(cert_pem).publicKey.equals(publicKeyOf(key)))
      match(verifyDevice(`cam-${kind}`), /OK/)
    })
  }

  it("signs a Matter camera's CSR: P-256, subject only OU=CSA", async () => {
    equal((await signed('DUT', csrOf('p256', '-subj', '/OU=CSA'))).status, 200)
    match(verifyDevice('DUT'), /OK/)
  })

  it('takes PEM and DER as they are', async () => {
    const csr = csrOf('p256')
    const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64')
    for (const [type, body] of [
      ['application/pkcs10', der],
      ['application/x-pem-file', csr],
      ['text/plain', csr],
    ] as const) {
      equal((await request(app).post('/certs/bare/sign').type(type).send(body)).status, 200, type)
    }
  })

  it('removes the key of an earlier pair, which is not the new certificate’s', async () => {
    await request(app).post('/certs/moved/keypair')
    await signed('moved', csrOf('p256'))
    equal((await request(app).get('/certs/device/moved.key')).status, 404)
  })

  it('returns what is valid for the same key on override=false, and refuses another key', async () => {
    const csr = csrOf('p256')
    const first = await signed('same', csr)
    const again = await signed('same', csr, '?override=false')
    deepEqual(again.body, { ...first.body, created: false })
    const { status, body } = await signed('same', csrOf('p256'), '?override=false')
    deepEqual([status, body.code], [409, 'certificate-exists'])
  })

  for (const [what, body] of [
    ['cut off', '{"csr": "-----BEGIN'],
    ['without csr', '{"cert": "x"}'],
    ['with a number', '{"csr": 1}'],
    ['an array', '["x"]'],
    ['with raw newlines in a string', '{"csr": "a\nb"}'],
  ] as const) {
    it(`refuses JSON ${what}`, async () => {
      const answer = await request(app).post('/certs/odd/sign').type('json').send(body)
      deepEqual([answer.status, answer.body.code], [400, 'request-malformed'])
    })
  }

  it('refuses no body, garbage and a bad signature with the reason', async () => {
    const swapped = csrOf('p256').replace(
      /\n(.)(.*)\n-----END/,
      (_all, first, rest) => `\n${first === 'A' ? 'B' : 'A'}${rest}\n-----END`,
    )
    for (const body of ['', 'hello', JSON.stringify({ csr: '' }), JSON.stringify({ csr: swapped })]) {
      const answer = await request(app).post('/certs/odd/sign').type('json').send(body)
      deepEqual([answer.status, answer.body.code], [400, 'csr-malformed'], body)
      ok(answer.body.detail.length > 10)
    }
  })

  it('refuses a body over 64 KiB', async () => {
    const { status } = await request(app)
      .post('/certs/odd/sign')
      .type('json')
      .send(JSON.stringify({ csr: 'x'.repeat(70_000) }))
    equal(status, 413)
  })
})

describe('the commands of the README', () => {
  for (const shell of ['sh', 'bash']) {
    for (const kind of ['rsa', 'p256'] as const) {
      it(`sign a ${kind} CSR whose newlines sed and paste made literal, in ${shell}`, async () => {
        csrOf(kind)
        await rm(fileIn('device', 'my-device.pem'), { force: true })
        await using server = await listening()
        const script = `
          cd '${directory.path}'; cp ${kind}.csr client.csr
          sed '$!G' client.csr | paste -sd '\\\\n' - > client.curl.csr
          curl -s -XPOST '${server.url}/certs/my-device/sign' -d "{\\"csr\\":\\"$(cat client.curl.csr)\\"}" --header "content-type: application/json"`
        const { stdout } = await run(shell, ['-c', script])
        const { cert, created } = JSON.parse(stdout)
        deepEqual([cert, created], [fileIn('device', 'my-device.pem'), true])
        match(verifyDevice('my-device'), /OK/)
      })
    }
  }

  it('are understood when their backslashes were doubled or tripled on the way', async () => {
    const csr = csrOf('p256')
    for (const newline of ['\\n', '\\\\n', '\\\\\\n', '\\n\\n\\n']) {
      equal((await signed('twice', csr.replaceAll('\n', newline))).status, 200, newline)
    }
  })
})

describe('GET /certs', () => {
  it('lists the files of both hierarchies, and nothing else that is there', async () => {
    await request(app).post('/certs/listed/keypair')
    await writeFile(fileIn('device', '.new-x'), '')
    const { body } = await request(app).get('/certs')
    deepEqual(body.server, ['localhost.key', 'localhost.pem', 'root.key', 'root.pem'])
    ok(body.device.includes('listed.pem') && body.device.includes('listed.key'))
    ok(body.device.every((name: string) => /^[^.].*\.(pem|key)$/.test(name)))
  })
})

describe('GET /certs/:hierarchy/:file', () => {
  it("describes a certificate in the reference's words", async () => {
    const { body: made } = await request(app).post('/certs/shown/keypair')
    const { status, body } = await request(app).get('/certs/device/shown.pem')
    equal(status, 200)
    deepEqual([body.type, body.key], ['cert', null])
    const leaf = text(made.cert_pem)
    equal(body.cert.public_cert, leaf.toString())
    equal(body.cert.serial_number, `0x${leaf.serialNumber.toLowerCase()}`)
    equal(body.cert.not_valid_after, leaf.validToDate.toISOString().replace('.000', ''))
    match(body.cert.not_valid_before, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    equal(body.cert.subject, 'CN=shown,OU=TC_PAVS,O=CSA')
    match(body.cert.issuer, /^CN=TC_PAVS root [0-9a-f]{16},O=CSA$/)
    equal(body.cert.fingerprint_sha256, leaf.fingerprint256.replaceAll(':', '').toLowerCase())
    deepEqual(body.cert.sans, ['URI:urn:push-av:device:shown'])
    equal(body.cert.extensions.length, 6)
    match(body.cert.extensions.join('\n'), /^Subject Key Identifier: ([0-9a-f]{2}:){19}[0-9a-f]{2}$/m)
    ok(body.cert.extensions.includes('Key Usages: critical, digitalSignature'), String(body.cert.extensions))
  })

  it('gives the harness the server root in cert.public_cert', async () => {
    const { body } = await request(app).get('/certs/server/root.pem')
    equal(body.cert.public_cert, text(await readFile(fileIn('server', 'root.pem'), 'utf8')).toString())
  })

  it('describes RSA certificates and the names of the server', async () => {
    const { body } = await request(app).get('/certs/server/localhost.pem')
    deepEqual(body.cert.sans, ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1'])
    await signed('rsa-shown', csrOf('rsa'))
    equal(
      (await request(app).get('/certs/device/rsa-shown.pem')).body.cert.subject,
      'CN=rsa-shown,OU=TC_PAVS,O=CSA',
    )
  })

  for (const [type, size] of [
    ['ec', 256],
    ['rsa', 2048],
  ] as const) {
    it(`describes an ${type} key that was made here`, async () => {
      const { body: made } = await request(app).post(`/certs/key-${type}/keypair?type=${type}`)
      const { body } = await request(app).get(`/certs/device/key-${type}.key`)
      deepEqual([body.type, body.cert, body.key.key_size], ['key', null, size])
      ok(publicKeyOf(body.key.private_key).equals(text(made.cert_pem).publicKey))
      ok(createPublicKey(body.key.public_key).equals(text(made.cert_pem).publicKey))
    })
  }

  it('gives the PEM itself on ?format=pem and by Accept, and DER for phones', async () => {
    const file = await readFile(fileIn('server', 'root.pem'), 'utf8')
    const byQuery = await request(app).get('/certs/server/root.pem?format=pem').buffer().parse(asText)
    const byAccept = await request(app)
      .get('/certs/server/root.pem')
      .set('Accept', 'application/x-pem-file')
      .buffer()
      .parse(asText)
    const der = await request(app).get('/certs/server/root.pem?format=der').responseType('blob')
    equal(byQuery.body, file)
    equal(byAccept.body, file)
    match(byQuery.headers['content-type'] ?? '', /^application\/x-pem-file/)
    equal(der.headers['content-type'], 'application/pkix-cert')
    deepEqual(der.body, text(file).raw)
  })

  it('answers browsers and curl with JSON', async () => {
    for (const accept of [
      '*/*',
      'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'application/json',
    ]) {
      const { body } = await request(app).get('/certs/server/root.pem').set('Accept', accept)
      equal(body.type, 'cert', accept)
    }
  })

  it('refuses an unknown format', async () => {
    equal((await request(app).get('/certs/server/root.pem?format=txt')).status, 400)
  })

  for (const file of [
    'server/root.key',
    'device/root.key',
    'device/ROOT.key',
    'server/localhost.key',
    'server/none.key',
    'device/%72oot.key',
  ]) {
    it(`never gives ${file}, in any format`, async () => {
      for (const query of ['', '?format=pem', '?format=der']) {
        const answer = await request(app).get(`/certs/${file}${query}`)
        deepEqual([answer.status, answer.body.code], [403, 'certificate-key-secret'])
        ok(!answer.text.includes('PRIVATE KEY'))
      }
    })
  }

  it('answers 404 for what is not there', async () => {
    for (const file of [
      'device/nobody.pem',
      'device/nobody.key',
      'other/dev.pem',
      'device/dev',
      'device/journal.ndjson',
      'constructor/x.pem',
    ]) {
      const { status, body } = await request(app).get(`/certs/${file}`)
      deepEqual([status, body.code], [404, 'certificate-unknown'], file)
    }
  })

  it('does not give a name that differs from a device’s in upper and lower case alone', async () => {
    await request(app).post('/certs/Twin/keypair')
    for (const path of ['/certs/twin/keypair?override=false', '/certs/TWIN/sign?override=false']) {
      const { status, body } = await request(app)
        .post(path)
        .send({ csr: csrOf('p256') })
      deepEqual([status, body.code], [409, 'certificate-exists'])
      match(body.detail, /"Twin" .* upper and lower case alone/)
    }
    await request(app).post('/certs/twin/revoke')
    equal((await request(app).post('/certs/twin/keypair?override=false')).status, 200)
  })

  it('leaves its folder for nobody', async () => {
    for (const file of [
      '..%2fserver%2froot.pem',
      '..%2f..%2frun%2fhandover.pem',
      '%2e%2e%2fx.key',
      '.hidden.pem',
      'x%00.pem',
    ]) {
      const { status, body } = await request(app).get(`/certs/device/${file}`)
      deepEqual([status, body.code], [422, 'certificate-name-malformed'], file)
    }
  })

  it('answers 404 for a file that holds no certificate', async () => {
    await writeFile(fileIn('device', 'junk.pem'), 'junk')
    for (const query of ['', '?format=der'])
      equal((await request(app).get(`/certs/device/junk.pem${query}`)).status, 404)
  })
})

describe('POST /certs/:name/revoke', () => {
  const revokedSerials = async () =>
    JSON.parse(await readFile(handoverFileIn(directory.path), 'utf8')).revokedSerials

  it('revokes all that was issued to the name, older ones too, once', async () => {
    const first = await request(app).post('/certs/thief/keypair')
    const second = await signed('thief', csrOf('p256'))
    const serials = [first, second].map(({ body }) => text(body.cert_pem).serialNumber.toLowerCase())
    for (const time of ['first', 'second']) {
      const { status, body } = await request(app).post('/certs/thief/revoke')
      equal(status, 200, time)
      deepEqual([...body.revoked].sort(), serials.map((serial) => `0x${serial}`).sort())
      const mine = (await revokedSerials()).filter((serial: string) => serials.includes(serial))
      deepEqual(mine.sort(), [...serials].sort())
    }
    const lines = (await readFile(fileIn('device', 'journal.ndjson'), 'utf8')).split('\n')
    equal(lines.filter((line) => line.includes('"revoked"') && line.includes('"thief"')).length, 2)
  })

  it('lets no renewal through that was let in before it and has its turn after it', async () => {
    const csr = csrOf('p256')
    const { body } = await signed('renews', csr)
    const { publicKey, serial } = x509Reader.read(body.cert_pem) ?? { publicKey: '', serial: '' }
    grant = { mayReplace: true, renewed: { publicKey, serial } }
    equal((await signed('renews', csr)).status, 200)
    const [revoked, ...late] = await Promise.all([
      certificates.revoke('renews'),
      ...Array.from({ length: 4 }, () => signed('renews', csr)),
    ])
    equal(revoked.revoked.length, 2)
    deepEqual(
      late.map(({ status, body }) => [status, body.code]),
      Array(4).fill([403, 'access-denied']),
    )
  })

  it('renews a certificate some times a day, then says when it does again', async () => {
    const csr = csrOf('p256')
    const { body } = await signed('Eager', csr)
    const { publicKey, serial } = x509Reader.read(body.cert_pem) ?? { publicKey: '', serial: '' }
    grant = { mayReplace: true, renewed: { publicKey, serial } }
    const renewals = await Promise.all(Array.from({ length: 30 }, () => signed('Eager', csr)))
    equal(renewals.filter(({ status }) => status === 200).length, 23)
    const refused = renewals.filter(({ status }) => status !== 200)
    deepEqual(
      new Set(refused.map(({ status, body }) => `${status} ${body.code}`)),
      new Set(['429 renewal-limit']),
    )
    match(refused[0]?.body.detail, /"Eager" has got 24 certificates within a day; .* after 20\d\d-/)

    passedDays = 1.01
    equal((await signed('Eager', csr)).status, 200)
    passedDays = 0
    grant = null
    equal((await signed('Eager', csr)).status, 200)
  })

  it('leaves a certificate issued afterwards alone', async () => {
    await request(app).post('/certs/found/keypair')
    await request(app).post('/certs/found/revoke')
    const { body } = await request(app).post('/certs/found/keypair')
    ok(!(await revokedSerials()).includes(text(body.cert_pem).serialNumber.toLowerCase()))
  })

  it('revokes a certificate that another tool put there', async () => {
    const { body } = await request(app).post('/certs/foreign/keypair')
    const journal = fileIn('device', 'journal.ndjson')
    const lines = await readFile(journal, 'utf8')
    await writeFile(
      journal,
      lines
        .split('\n')
        .filter((line) => !line.includes('"foreign"'))
        .join('\n'),
    )
    equal((await request(app).post('/certs/foreign/revoke')).status, 200)
    ok((await revokedSerials()).includes(text(body.cert_pem).serialNumber.toLowerCase()))
  })

  it('answers 404 for a name that nothing was issued to', async () => {
    equal((await request(app).post('/certs/stranger/revoke')).status, 404)
  })

  it('keeps its journal to its owner', async () => {
    equal(((await stat(fileIn('device', 'journal.ndjson'))).mode & 0o777).toString(8), '600')
  })
})

/** supertest reads a text only when it knows its type. The cast is safe: parsers get Node's own message. */
function asText(response: Response, done: (error: Error | null, body: unknown) => void): void {
  const message = response as unknown as NodeJS.ReadableStream
  const pieces: Buffer[] = []
  message.on('data', (piece) => pieces.push(Buffer.from(piece)))
  message.on('end', () => done(null, Buffer.concat(pieces).toString()))
}

async function listening(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void (await promisify(server.close.bind(server))()),
  }
}

describe('a bundle', () => {
  it('is one of those that are made one after the other; beyond some that wait it is refused', async () => {
    await request(app).post('/certs/busy/keypair')
    const made = await Promise.allSettled(
      Array.from({ length: 40 }, () => certificates.exportBundle('busy', 'word')),
    )
    const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    ok(refused.length > 0 && refused.length < 40, `${refused.length}`)
    deepEqual([...new Set(refused)], ['busy'])
    equal((await request(app).post('/certs/device/busy/bundle.p12').send({ password: 'word' })).status, 200)
  })

  it('is PKCS#12 that openssl reads with its password alone', async () => {
    await request(app).post('/certs/bundled/keypair')
    const { status, body, headers } = await request(app)
      .post('/certs/device/bundled/bundle.p12')
      .send('{"password":"pässword"}')
      .responseType('blob')
    deepEqual([status, headers['content-type']], [200, 'application/x-pkcs12'])
    const file = join(directory.path, 'bundled.p12')
    await writeFile(file, body)
    const read = openssl('pkcs12', '-in', file, '-passin', 'pass:pässword', '-nodes')
    equal(read.match(/BEGIN CERTIFICATE/g)?.length, 2)
    ok(read.includes('BEGIN PRIVATE KEY') && read.includes('friendlyName: bundled'))
    throws(() => openssl('pkcs12', '-in', file, '-passin', 'pass:wrong', '-nodes'))
  })

  it('is none without the key', async () => {
    const { status, body } = await request(app).get('/certs/device/nobody/bundle.p12?password=x')
    deepEqual([status, body.code], [404, 'certificate-unknown'])
    equal((await request(app).get('/certs/device/nobody/bundle.p12')).status, 400)
  })

  it('has its certificate in the list with details', async () => {
    await request(app).post('/certs/listed/keypair')
    await request(app).post('/certs/listed/revoke')
    const { certificates: all } = (await request(app).get('/certs?details=true')).body
    const listed = all.find(({ name }: { name: string }) => name === 'listed')
    deepEqual([listed.hierarchy, listed.has_key, listed.revoked], ['device', true, true])
    match(listed.key_type, /^ec /)
    ok(
      all.some(
        ({ hierarchy, name, has_key }: Listed) => hierarchy === 'server' && name === 'root' && !has_key,
      ),
    )
  })

  interface Listed {
    readonly hierarchy: string
    readonly name: string
    readonly has_key: boolean
  }
})
