import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ownAccess,
  signedIn as signedInSchema,
  streamAccess,
  tokenDeleted,
  tokenMade,
  tokensResponse,
} from '@pushav/shared/api/access.ts'
import { revoked as revokedSchema } from '@pushav/shared/api/certificates.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { makeCsr, openssl } from '../services/ingest/src/testing/openssl.ts'
import { beginUpload } from './clients/raw-tls.ts'
import { readJournal } from './server/journal.ts'
import {
  adminOf,
  bearer,
  callerWith,
  enrolledDevice,
  makeToken,
  printedTokens,
  signedIn,
  type TestCaller,
} from './support/access/callers.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

/** A root of another maker, and certificates of it; made before the server starts. */
const folder = mkdtempSync(join(tmpdir(), 'pushav-roots-'))
const at = (name: string) => join(folder, name)
const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
openssl(
  'req',
  '-x509',
  ...ecKey,
  '-keyout',
  at('ca.key'),
  '-out',
  at('ca.pem'),
  '-subj',
  '/CN=Acme root',
  '-days',
  '2',
)

describe('access', function () {
  this.timeout(60_000)
  const serverOf = serverOfSuite(['--auth', 'mtls', '--client-ca', at('ca.pem')], {
    CLIENT_CA_ALLOW: 'O=Acme,OU=Cameras',
  })
  /** All that must be nowhere but with its owner. */
  const secrets: string[] = []
  let admin: TestCaller
  let anonymous: TestCaller
  before(async () => {
    admin = await adminOf(serverOf())
    anonymous = await callerWith(serverOf(), {})
    secrets.push(readFileSync(join(serverOf().workingDirectory, 'certs/admin/admin.pem'), 'utf8'))
  })
  after(async () => {
    admin[Symbol.dispose]()
    anonymous[Symbol.dispose]()
    await rm(folder, { recursive: true })
  })

  const enrol = async (name: string) => {
    const device = await enrolledDevice(serverOf(), admin, name)
    secrets.push(device.key)
    return device
  }
  const token = async (wish: object) => {
    const text = await makeToken(admin, wish)
    secrets.push(text)
    return text
  }
  /** Half of an upload of nine bytes. */
  const beginUploadOf = (caller: TestCaller, path: string) => {
    const request = caller.begin(path, 9)
    request.on('error', () => undefined).write('half')
    const response = once(request, 'response').then(async ([incoming]) => {
      const text: string = (await incoming.setEncoding('utf8').toArray()).join('')
      return { status: incoming.statusCode, json: JSON.parse(text) }
    })
    return { request, response }
  }
  const inFlight = async (stream: number): Promise<number> =>
    (await admin.send('GET', `/streams/${stream}?summary=true`)).json.in_flight
  const codeOf = ({ status, json }: { status: number; json: { code?: string } | null }) => [
    status,
    json?.code,
  ]
  const audited = async () => {
    const paths = ['audit', 'audit-refused'].map((name) => join(serverOf().workingDirectory, `${name}.jsonl`))
    const files = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
    return files
      .flatMap((text) => text.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line))
  }

  describe('a certificate', () => {
    it('takes a token, once, even when requests come at once', async () => {
      const text = await token({ purpose: 'enrolment' })
      const tries = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          anonymous.send('POST', `/certs/race-${i}/keypair`, '', bearer(text)),
        ),
      )
      for (const { json } of tries) if (json.key_pem) secrets.push(json.key_pem)
      deepEqual(tries.map(({ status }) => status).sort(), [200, ...Array(7).fill(403)])
    })

    it('is made with the token that the start printed, and not with one of another purpose', async () => {
      const { enrolment, signIn } = printedTokens(serverOf())
      secrets.push(enrolment, signIn)
      const wrong = await anonymous.send('POST', '/certs/first/keypair', '', bearer(signIn))
      deepEqual(codeOf(wrong), [403, 'token-invalid'])
      const { status, json } = await anonymous.send('POST', '/certs/first/keypair', '', bearer(enrolment))
      equal(status, 200)
      secrets.push(json.key_pem)
    })

    it('takes no token for a request that fails', async () => {
      const text = await token({ purpose: 'enrolment' })
      for (const [path, body, status] of [
        ['/certs/bad%20name/keypair', '', 422],
        ['/certs/cam/sign', 'no CSR', 400],
        ['/certs/root/keypair', '', 403],
        ['/certs/admin/keypair', '', 403],
      ] as const)
        equal((await anonymous.send('POST', path, body, bearer(text))).status, status, path)
      // It is given back once the response is over.
      const { status, json } = await until('the token is good again', async () => {
        const response = await anonymous.send('POST', '/certs/failed-before/keypair', '', bearer(text))
        return response.status === 200 ? response : null
      })
      equal(status, 200)
      secrets.push(json.key_pem)
    })

    it('does not take the name of another device, unless the token is for that name', async () => {
      await enrol('taken')
      const general = await token({ purpose: 'enrolment' })
      const csr = makeCsr(folder, 'p384')
      deepEqual(codeOf(await anonymous.send('POST', '/certs/taken/sign', csr, bearer(general))), [
        409,
        'certificate-exists',
      ])
      const own = await token({ purpose: 'enrolment', name: 'taken' })
      deepEqual(codeOf(await anonymous.send('POST', '/certs/other/sign', csr, bearer(own))), [
        403,
        'token-invalid',
      ])
      equal((await anonymous.send('POST', '/certs/taken/sign', csr, bearer(own))).status, 200)
    })

    it('takes a token with a profile, too, and is in the audit log with it', async () => {
      const path = '/certs/lab/keypair?profile=intermediate'
      deepEqual(codeOf(await anonymous.send('POST', path, '')), [403, 'enrolment-required'])
      const text = await token({ purpose: 'enrolment', name: 'lab' })
      const { json } = await anonymous.send('POST', path, '', bearer(text))
      secrets.push(json.key_pem)
      using device = await callerWith(serverOf(), { cert: json.cert_pem, key: json.key_pem })
      equal((await device.send('POST', '/streams')).status, 201)
      // By this name it may renew, although it was not the device root that signed it.
      equal((await device.send('GET', '/access')).json.name, 'lab')
      const line = await until('the audit line', async () =>
        (await audited()).find(
          ({ outcome, details }) => outcome === 'ok' && details?.made && details.name === 'lab',
        ),
      )
      deepEqual([line.event, line.details.profile], ['certificate-issued', 'intermediate'])
    })

    it('is renewed with itself, for its name and key alone, and keeps its streams', async () => {
      const text = await token({ purpose: 'enrolment', name: 'renews' })
      const csr = makeCsr(folder, 'p256')
      const key = await readFile(at('p256.key'), 'utf8')
      secrets.push(key)
      const first = await anonymous.send('POST', '/certs/renews/sign', csr, bearer(text))
      using old = await callerWith(serverOf(), { cert: first.json.cert_pem, key })
      const { json: stream } = await old.send('POST', '/streams')
      const renewed = await old.send('POST', '/certs/renews/sign', csr)
      deepEqual([renewed.status, renewed.json.created], [200, true])
      using device = await callerWith(serverOf(), { cert: renewed.json.cert_pem, key })
      equal((await device.send('PUT', `/streams/${stream.id}/a.m4s`, 'x')).status, 202)
      for (const [path, body] of [
        ['/certs/renews-not/sign', csr],
        ['/certs/renews/sign', makeCsr(folder, 'rsa')],
        ['/certs/renews/keypair', ''],
      ] as const)
        equal((await device.send('POST', path, body)).status, 403, path)
    })
  })

  describe('a stream', () => {
    it('is its own device’s, until it is shared, and not longer (C-09, F-04)', async () => {
      const [owner, guest] = [await enrol('owner'), await enrol('guest')]
      using mine = owner.caller
      using theirs = guest.caller
      const { json: stream } = await mine.send('POST', '/streams')
      const path = `/streams/${stream.id}/a.m4s`
      const listed = async () => (await theirs.send('GET', '/streams?summary=true')).json.streams.length
      deepEqual(codeOf(await theirs.send('PUT', path, 'x')), [403, 'access-denied'])
      equal(await listed(), 0)
      const { json: grants } = await mine.send('POST', `/access/streams/${stream.id}`, '{"name":"guest"}')
      equal((await theirs.send('PUT', path, 'x')).status, 202)
      equal(await listed(), 1)
      const [{ key }] = grants.shared_with
      equal((await theirs.send('DELETE', `/access/streams/${stream.id}/${key}`)).status, 403)
      equal((await mine.send('DELETE', `/access/streams/${stream.id}/${key}`)).status, 200)
      deepEqual(codeOf(await theirs.send('PUT', path, 'x')), [403, 'access-denied'])
      equal(await listed(), 0)
    })

    it('ends the uploads on their way of a device that it is no longer shared with, and no others', async () => {
      const [owner, guest] = [await enrol('lends'), await enrol('borrows')]
      using mine = owner.caller
      using theirs = guest.caller
      const { json: stream } = await mine.send('POST', '/streams')
      const { json: grants } = await mine.send('POST', `/access/streams/${stream.id}`, '{"name":"borrows"}')
      const ofOwner = beginUploadOf(mine, `/streams/${stream.id}/mine.m4s`)
      const ofGuest = beginUploadOf(theirs, `/streams/${stream.id}/theirs.m4s`)
      await until('both are on their way', async () => (await inFlight(stream.id)) === 2)
      const [{ key }] = grants.shared_with
      equal((await mine.send('DELETE', `/access/streams/${stream.id}/${key}`)).status, 200)
      const refused = await ofGuest.response
      deepEqual([refused.status, refused.json.code], [403, 'access-denied'])
      ofOwner.request.end('rest!')
      equal((await ofOwner.response).status, 202)
      const uploads = await until('both journal lines', async () => {
        const journal = await readJournal(serverOf(), String(stream.id))
        return journal.uploads.length === 2 ? journal.uploads : null
      })
      deepEqual(uploads.map(({ path, whole, bytes }) => [path, whole, bytes]).sort(), [
        ['mine.m4s', true, 9],
        ['theirs.m4s', false, 4],
      ])
      const line = await until('the audit line', async () =>
        (await audited()).find(
          ({ event, details }) => event === 'upload-cut-off' && details.stream === `${stream.id}`,
        ),
      )
      deepEqual(
        [line.who.name, line.request, line.code, line.details.upload],
        ['borrows', `PUT /streams/${stream.id}/theirs.m4s`, 'access-denied', refused.json.upload_id],
      )
    })

    it('ends the uploads on their way of a browser that signs out', async () => {
      using browser = await signedIn(serverOf(), await token({ purpose: 'sign-in', role: 'admin' }))
      secrets.push(browser.cookie.split('=')[1] ?? '')
      const { json: stream } = await browser.send('POST', '/streams')
      const upload = beginUploadOf(browser, `/streams/${stream.id}/a.m4s`)
      await until('it is on its way', async () => (await inFlight(stream.id)) === 1)
      equal((await browser.send('POST', '/access/sign-out')).status, 200)
      const refused = await upload.response
      deepEqual([refused.status, refused.json.code], [403, 'certificate-required'])
    })

    it('is given away by admins alone', async () => {
      const [owner, heir] = [await enrol('giver'), await enrol('heir')]
      using mine = owner.caller
      using theirs = heir.caller
      const { json: stream } = await mine.send('POST', '/streams')
      const gift = JSON.stringify({ name: 'heir', owner: true })
      deepEqual(codeOf(await mine.send('POST', `/access/streams/${stream.id}`, gift)), [403, 'access-denied'])
      equal((await admin.send('POST', `/access/streams/${stream.id}`, gift)).status, 200)
      equal((await mine.send('GET', `/streams/${stream.id}`)).status, 403)
      equal((await theirs.send('DELETE', `/streams/${stream.id}`)).status, 200)
    })

    it('shows to strangers no more than one that there is not (F-05)', async () => {
      using stranger = (await enrol('prober')).caller
      const { json: stream } = await admin.send('POST', '/streams')
      const [there, missing] = [
        await stranger.send('PUT', `/streams/${stream.id}/a.m4s`, 'x'),
        await stranger.send('PUT', '/streams/99999/a.m4s', 'x'),
      ]
      deepEqual([there.status, there.text], [missing.status, missing.text])
      equal((await admin.send('PUT', '/streams/99999/a.m4s', 'x')).status, 404)
    })

    it('refuses malformed sharing in words', async () => {
      const { json: stream } = await admin.send('POST', '/streams')
      for (const [body, status] of [
        ['', 400],
        ['{', 400],
        ['{}', 400],
        ['{"key":"x"}', 400],
        [`{"key":"${'0'.repeat(64)}","name":"x"}`, 400],
        ['{"name":"no-such-device"}', 404],
        ['{"name":"../server/localhost"}', 422],
        ['{"name":"root"}', 422],
        [JSON.stringify({ name: 'x'.repeat(5_000) }), 413],
      ] as const) {
        const response = await admin.send('POST', `/access/streams/${stream.id}`, body)
        equal(response.status, status, `${body.slice(0, 40)}: ${response.text}`)
      }
    })
  })

  it('responds as /openapi.json says', async () => {
    const { json: stream } = await admin.send('POST', '/streams')
    await makeToken(admin, { purpose: 'enrolment', name: 'any' })
    ownAccess.strict().parse((await admin.send('GET', '/access')).json)
    streamAccess.strict().parse((await admin.send('GET', `/access/streams/${stream.id}`)).json)
    const { json: list } = await admin.send('GET', '/access/tokens')
    tokensResponse.strict().parse(list)
    const made = await admin.send('POST', '/access/tokens', '{"purpose":"sign-in"}')
    const { id, token: text } = tokenMade.strict().parse(made.json)
    secrets.push(text)
    const entered = await anonymous.send('POST', '/access/sign-in', JSON.stringify({ token: text }))
    signedInSchema.strict().parse(entered.json)
    deepEqual((await anonymous.send('POST', '/access/sign-out')).json, { signed_out: false })
    tokenDeleted.strict().parse((await admin.send('DELETE', `/access/tokens/${id}`)).json)
    equal((await admin.send('DELETE', `/access/tokens/${id}`)).status, 404)
    for (const body of [
      '{}',
      '{"purpose":"x"}',
      '{"purpose":"enrolment","uses":0}',
      '{"purpose":"sign-in","expires_in":59}',
    ])
      deepEqual(codeOf(await admin.send('POST', '/access/tokens', body)), [400, 'request-malformed'], body)
  })

  describe('a browser', () => {
    it('signs in once per token, over a restart of ingest, and out', async () => {
      const text = await token({ purpose: 'sign-in', role: 'admin', name: 'Ada' })
      using browser = await signedIn(serverOf(), text)
      secrets.push(browser.cookie.split('=')[1] ?? '')
      deepEqual(codeOf(await anonymous.send('POST', '/access/sign-in', JSON.stringify({ token: text }))), [
        403,
        'token-invalid',
      ])
      await serverOf().crash('ingest')
      const { json } = await until('ingest is back', async () => {
        const response = await browser.send('GET', '/access')
        return response.status === 200 ? response : null
      })
      deepEqual([json.role, json.name], ['admin', 'Ada'])
      equal((await browser.send('POST', '/streams')).status, 201)
      equal((await browser.send('POST', '/access/sign-out')).status, 200)
      deepEqual(codeOf(await browser.send('GET', '/streams')), [403, 'certificate-required'])
    })

    it('changes nothing for a page of another site, or one that does not say where it is from', async () => {
      using browser = await signedIn(serverOf(), await token({ purpose: 'sign-in', role: 'admin' }))
      const { cookie } = browser
      secrets.push(cookie.split('=')[1] ?? '')
      for (const headers of [
        {},
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'https://evil.example' },
      ])
        for (const [method, path] of [
          ['POST', '/streams'],
          ['PUT', '/streams/1/a.m4s'],
          ['DELETE', '/streams/1'],
        ] as const) {
          const response = await anonymous.send(method, path, '', { cookie, ...headers })
          deepEqual(codeOf(response), [403, 'cross-site'], `${method} ${JSON.stringify(headers)}`)
        }
    })

    it('is refused for what is no token, in words', async () => {
      for (const [body, status] of [
        ['{"token":"wrong"}', 403],
        ['{"token":""}', 400],
        ['{"token":7}', 400],
        ['{"token":"../../x"}', 403],
        ['nothing', 400],
      ] as const)
        equal((await anonymous.send('POST', '/access/sign-in', body)).status, status, body)
      for (const cookie of ['__Host-push-av=wrong', '__Host-push-av=', '__Host-push-av=../x'])
        deepEqual(codeOf(await anonymous.send('GET', '/streams', undefined, { cookie })), [
          403,
          'certificate-required',
        ])
    })
  })

  describe('a certificate of another root', () => {
    const leaf = (name: string, subject: string, ...extensions: string[]) => {
      openssl(
        'req',
        '-new',
        ...ecKey,
        '-keyout',
        at(`${name}.key`),
        '-out',
        at(`${name}.csr`),
        '-subj',
        subject,
        ...extensions,
      )
      const issuer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1']
      openssl(
        'x509',
        '-req',
        '-in',
        at(`${name}.csr`),
        ...issuer,
        '-copy_extensions',
        'copy',
        '-out',
        at(`${name}.pem`),
      )
      return { cert: readFileSync(at(`${name}.pem`), 'utf8'), key: readFileSync(at(`${name}.key`), 'utf8') }
    }
    const clientAuth = ['-addext', 'extendedKeyUsage=clientAuth']

    it('is let in by a rule, as a device (C-07)', async () => {
      using camera = await callerWith(serverOf(), leaf('camera', '/O=Acme/OU=Cameras/CN=c', ...clientAuth))
      const { status, json } = await camera.send('POST', '/streams')
      equal(status, 201)
      equal((await camera.send('PUT', `/streams/${json.id}/a.m4s`, 'x')).status, 202)
      equal((await camera.send('GET', '/access')).json.role, 'device')
    })

    it('is in the audit log when it is of a root that is not named', async () => {
      const files = ['-keyout', at('self.key'), '-out', at('self.pem'), '-days', '2']
      openssl('req', '-x509', ...ecKey, ...files, '-subj', '/CN=self', ...clientAuth)
      const self = { cert: readFileSync(at('self.pem'), 'utf8'), key: readFileSync(at('self.key'), 'utf8') }
      using stranger = await callerWith(serverOf(), self)
      deepEqual(codeOf(await stranger.send('GET', '/access')), [403, 'certificate-untrusted'])
      const line = await until('the line', async () =>
        (await audited()).find(({ event }) => event === 'handshake-refused'),
      )
      deepEqual([line.code, line.who.name], ['certificate-untrusted', 'CN=self'])
    })

    it('is kept out without one, and is never an admin or a device of this server', async () => {
      using stranger = await callerWith(
        serverOf(),
        leaf('stranger', '/O=Acme/OU=Toasters/CN=c', ...clientAuth),
      )
      deepEqual(codeOf(await stranger.send('GET', '/streams')), [403, 'access-denied'])
      const uri = ['-addext', 'subjectAltName=URI:urn:push-av:admin']
      using impostor = await callerWith(
        serverOf(),
        leaf('impostor', '/O=Acme/OU=Cameras/CN=owner', ...clientAuth, ...uri),
      )
      equal((await impostor.send('GET', '/access')).json.role, 'device')
      equal((await impostor.send('GET', '/access/tokens')).status, 403)
      equal((await impostor.send('POST', '/certs/owner/sign', readFileSync(at('impostor.csr')))).status, 403)
    })
  })

  describe('revocation', () => {
    it('ends an upload that runs, and is in the CRL', async () => {
      const device = await enrol('stolen')
      const { json: stream } = await device.caller.send('POST', '/streams')
      device.caller[Symbol.dispose]()
      const files = {
        cert: join(serverOf().workingDirectory, 'certs/device/stolen.pem'),
        key: join(serverOf().workingDirectory, 'certs/device/stolen.key'),
      }
      using upload = await beginUpload(serverOf(), files, `/streams/${stream.id}/a.m4s`, 'Content-Length: 9')
      upload.tls.write('half')
      const { json } = await admin.send('POST', '/certs/stolen/revoke')
      equal(json.acknowledged, true)
      await upload.reply
      const { uploads } = await until('the journal line', async () => {
        const journal = await readJournal(serverOf(), String(stream.id))
        return journal.uploads.length > 0 ? journal : null
      })
      deepEqual(
        uploads.map(({ whole, bytes }) => [whole, bytes]),
        [[false, 4]],
      )
      await verifyCrl(json.revoked[0].slice('0x'.length))
    })

    it('is the admin’s own too: its tokens and sign-ins end with it, and another certificate is made', async () => {
      const path = join(serverOf().workingDirectory, 'certs/admin/admin.pem')
      const before = await readFile(path, 'utf8')
      secrets.push(before)
      const left = await token({ purpose: 'enrolment', uses: 10 })
      const unused = await token({ purpose: 'sign-in', role: 'admin' })
      const browser = await signedIn(serverOf(), await token({ purpose: 'sign-in', role: 'admin' }))
      equal((await browser.send('GET', '/access/tokens')).status, 200)
      const made = Array.from({ length: 8 }, (_, i) =>
        admin.send('POST', '/access/tokens', JSON.stringify({ purpose: 'enrolment', name: `late-${i}` })),
      )
      const { status, json } = await admin.send('POST', '/certs/admin/revoke')
      equal(status, 200)
      ok(json.tokens_ended >= 3 && json.sign_ins_ended >= 1, JSON.stringify(json))
      deepEqual(codeOf(await admin.send('GET', '/streams')), [403, 'certificate-revoked'])

      const late = (await Promise.all(made)).flatMap(({ json }) => json.token ?? [])
      secrets.push(...late)
      for (const text of [left, ...late])
        deepEqual(codeOf(await anonymous.send('POST', '/certs/late-0/keypair', '', bearer(text))), [
          403,
          'token-invalid',
        ])
      deepEqual(codeOf(await anonymous.send('POST', '/access/sign-in', JSON.stringify({ token: unused }))), [
        403,
        'token-invalid',
      ])
      deepEqual(codeOf(await browser.send('GET', '/access/tokens')), [403, 'certificate-required'])

      ok((await readFile(path, 'utf8')) !== before, 'a new certificate is in the file')
      admin[Symbol.dispose]()
      admin = await adminOf(serverOf())
      deepEqual((await admin.send('GET', '/access/tokens')).json.tokens, [])
    })

    it('of an admin takes what was issued since a time along, and names what stays', async () => {
      using before = (await enrol('enrolled-before')).caller
      const since = new Date().toISOString()
      const thief = await enrol('enrolled-by-a-thief')
      using after = thief.caller
      secrets.push(await readFile(join(serverOf().workingDirectory, 'certs/admin/admin.pem'), 'utf8'))
      const { status, json } = await admin.send('POST', `/certs/admin/revoke?issued_since=${since}`)
      equal(status, 200)
      revokedSchema.strict().parse(json)
      deepEqual(
        json.issued_revoked.map(({ name }: { name: string }) => name),
        ['enrolled-by-a-thief'],
      )
      deepEqual([json.acknowledged, json.newest_left[0].name], [true, 'enrolled-before'])
      ok(json.issued_left >= json.newest_left.length)
      deepEqual(codeOf(await after.send('POST', '/streams')), [403, 'certificate-revoked'])
      equal((await before.send('POST', '/streams')).status, 201)
      const line = await until('the audit line', async () =>
        (await audited()).find(({ details }) => details?.issued_since === since),
      )
      match(line.details.issued_revoked, /^enrolled-by-a-thief:[0-9a-f]+$/)
      admin[Symbol.dispose]()
      admin = await adminOf(serverOf())
      for (const path of [
        `/certs/enrolled-before/revoke?issued_since=${since}`,
        '/certs/admin/revoke?issued_since=yesterday',
        '/certs/admin/revoke?since=2026-01-01T00:00:00Z',
      ])
        deepEqual(codeOf(await admin.send('POST', path)), [400, 'request-malformed'], path)
      equal((await before.send('POST', '/streams')).status, 201)
    })

    async function verifyCrl(serial: string): Promise<void> {
      const { text } = await anonymous.send('GET', '/certs/device/crl.pem')
      const crl = at('crl.pem')
      const root = join(serverOf().workingDirectory, 'certs/device/root.pem')
      await writeFile(crl, text)
      match(
        openssl('crl', '-in', crl, '-noout', '-text', '-CAfile', root),
        new RegExp(`Serial Number: 0?${serial}`, 'i'),
      )
      const leaf = join(serverOf().workingDirectory, 'certs/device/stolen.pem')
      let complaint = ''
      try {
        openssl('verify', '-crl_check', '-CRLfile', crl, '-CAfile', root, leaf)
      } catch (error) {
        complaint = String((error as { stderr?: unknown }).stderr)
      }
      match(complaint, /certificate revoked/)
    }
  })

  describe('the audit log', () => {
    it('says who did what from where', async () => {
      const lines = await until('all events', async () => {
        const found = await audited()
        const events = new Set(found.map(({ event }) => event))
        return (
          [
            'certificate-issued',
            'certificate-revoked',
            'stream-deleted',
            'stream-shared',
            'stream-unshared',
            'token-made',
            'signed-in',
            'signed-out',
            'refused',
          ].every((event) => events.has(event)) && found
        )
      })
      for (const { event, time, who, address, request, status } of lines) {
        match(time, /^\d{4}-\d\d-\d\dT/)
        ok(['anonymous', 'device', 'viewer', 'admin'].includes(who.role))
        match(address, /^(127\.0\.0\.1|::1)$/)
        if (event === 'handshake-refused') continue
        match(request, /^[A-Z]+ \/[^?]*$/)
        ok(status >= 200)
      }
      const failed = lines.filter(({ event, outcome }) => event === 'signed-in' && outcome === 'failed')
      ok(failed.length >= 3)
      const issued = lines.find(
        ({ event, details }) => event === 'certificate-issued' && details.name === 'stolen',
      )
      match(issued.details.serial, /^[0-9a-f]+$/)
      match(issued.details.token, /^[0-9a-f]{16}$/)
      equal((await stat(join(serverOf().workingDirectory, 'audit.jsonl'))).mode & 0o777, 0o600)
    })
  })

  describe('a secret', () => {
    it('is in no log, journal, file of another purpose or key of Redis', async () => {
      ok(secrets.length > 20)
      const places = [
        ...(await textsBelow(serverOf().workingDirectory)),
        ['Redis', await redisText()] as const,
      ]
      // Lines of the ready message are for the one who started the server.
      const log = serverOf().log.filter((line) => !/^(Sign in|First device): /.test(line))
      places.push(['the log', log.join('\n')])
      const needles = secrets.flatMap((secret) =>
        secret.includes('PRIVATE KEY') ? keyLines(secret) : [secret],
      )
      const found = places.flatMap(([name, text]) =>
        needles.filter((secret) => text.includes(secret)).map(() => name),
      )
      deepEqual(found, [])
    })
  })

  /** Of all files but those that hold keys on purpose. */
  async function textsBelow(directory: string): Promise<(readonly [string, string])[]> {
    const names = await readdir(directory, { recursive: true, withFileTypes: true })
    const files = names
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !/\.key$|admin\.pem$/.test(path))
    return Promise.all(files.map(async (path) => [path, await readFile(path, 'latin1')] as const))
  }

  async function redisText(): Promise<string> {
    const sockets = await readFile(join(serverOf().workingDirectory, 'standalone/sockets'), 'utf8')
    const redis = new Redis(join(sockets, 'redis.sock'))
    const texts: string[] = []
    for (const key of await redis.keys('*')) texts.push(key, (await redis.dumpBuffer(key)).toString('latin1'))
    await redis.quit()
    ok(texts.length > 10)
    return texts.join('\n')
  }

  /** The lines in the middle of a key; those at its ends are the same in all keys. */
  const keyLines = (pem: string): string[] => {
    const [, body = ''] = /PRIVATE KEY-----\n([\s\S]*?)-----END/.exec(pem) ?? []
    return body.trim().split('\n').slice(1, 2)
  }
})
