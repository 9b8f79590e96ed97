import { deepEqual, equal, match, notEqual, ok, throws } from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { as, curl, type Identity } from './clients/curl.ts'
import { freePort } from './server/free-port.ts'
import { pidOf } from './server/processes.ts'
import { mustRun } from './server/run.ts'
import type { Standalone } from './server/standalone.ts'
import { ask, askJson, launchAsHarness, launcher } from './support/devices/matter-harness.ts'
import { keyKinds } from './support/devices/openssl.ts'
import { mpdStyles, type RecordedObject, recordSession } from './support/media/matter-recording.ts'
import { mediaOfSuite } from './support/media/media.ts'

/** An address for documentation; the camera is told it, and connects to this machine. */
const hostIp = '192.0.2.7'

describe('the Matter test harness', function () {
  this.timeout(60_000)
  const media = mediaOfSuite()
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let server: Standalone
  const at = (name: string) => join(folder.path, name)

  before('starts the server by a link to its launcher', async () => {
    folder = await temporaryDirectory()
    await mkdir(at('pavstest'))
    await symlink(launcher, at('server.py'))
    server = await launchAsHarness(at('server.py'), at('pavstest'), hostIp, await freePort())
  })
  after(async () => {
    await server?.[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  it('makes the first stream with id 1', async () => {
    const { id } = await askJson(server, 201, 'POST', '/streams?interface=cmaf-ingest', {})
    equal(id, 1)
  })

  for (const [release, idField, route, body] of [
    ['1.6.1', 'id', 'expectedTrackNames', { expected_track_names: ['video', 'audio'] }],
    ['1.6', 'id', 'trackName', { track_name: 'media' }],
    ['1.5', 'stream_id', 'trackName', { trackName: 'media' }],
  ] as const) {
    for (const kind of ['cmaf-ingest', 'dash', 'hls']) {
      it(`makes a ${kind} stream and names its tracks in the words of Matter ${release}`, async () => {
        const stream = await askJson(server, 201, 'POST', `/streams?interface=${kind}`, {})
        const id = stream[idField]
        equal(typeof id, 'number')
        await askJson(server, 202, 'POST', `/streams/${id}/${route}`, body)
        const named = await askJson(server, 200, 'GET', `/streams/${id}`)
        deepEqual([named.interface, named.strict_mode], [kind, true])
        deepEqual(named.expected_track_names, Object.values(body).flat())
      })
    }
  }

  it('makes a cmaf-ingest stream when no interface is named, and none of an unknown one', async () => {
    equal((await askJson(server, 201, 'POST', '/streams', {})).interface, 'cmaf-ingest')
    match((await askJson(server, 422, 'POST', '/streams?interface=rtmp', {})).detail, /rtmp|cmaf-ingest/)
  })

  it('makes the key pair that the harness of 2025 asks for', async () => {
    await askJson(server, 200, 'POST', '/certs/dev/keypair', {})
  })

  it('signs what a camera asks for, and shows the certificate and the root', async () => {
    const { leaf, root } = await provisioned()
    ok(leaf.checkPrivateKey(createPrivateKey(await readFile(at('DUT.key')))))
    equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    ok(Date.parse(leaf.validFrom) < Date.now() && Date.parse(root.validFrom) < Date.now())
    ok(leaf.raw.length <= 3_000 && root.raw.length <= 3_000)
  })

  for (const [release, style] of Object.entries(mpdStyles)) {
    it(`takes a recording as the camera of ${release} pushes it, and finds no fault`, async () => {
      const { id, objects } = await recorded(release, style)
      const { sessions, error_uploads, valid_uploads } = await askJson(server, 200, 'GET', `/streams/${id}`)
      deepEqual(error_uploads, [])
      deepEqual(
        new Set(valid_uploads.map(({ file_path }: { file_path: string }) => file_path)),
        new Set(objects.map(({ path }) => path)),
      )
      const { uploads } = await askJson(server, 200, 'GET', `/streams/${id}/uploads`)
      deepEqual(
        uploads.flatMap(({ path, findings }: { path: string; findings: object[] }) =>
          findings.map((finding) => ({ path, ...finding })),
        ),
        [],
      )
      equal(sessions.length, 1)
      const [{ id: number, complete, tracks }] = sessions
      deepEqual([number, complete], [1, true])
      for (const name of ['video', 'audio'])
        deepEqual([tracks[name].state, tracks[name].segment_count], ['completed', 3], name)
    })

    it(`lets the web interface play a recording of ${release} without a certificate`, async () => {
      const { id, objects } = await recorded(release, style)
      const { streams } = await askJson(server, 200, 'GET', '/streams')
      const { valid_uploads } = streams.find((stream: { id: number }) => stream.id === id)
      const paths: string[] = valid_uploads.map(({ file_path }: { file_path: string }) => file_path)
      const mpd = paths.find((path) => path.endsWith('.mpd'))
      const shown = await ask(server, 'GET', `/streams/${id}/${mpd}`)
      deepEqual([shown.status, shown.type.split(';')[0]], [200, 'application/dash+xml'])
      equal(String(shown.body), String(objects.at(-1)?.body))
      for (const url of urlsIn(String(shown.body))) {
        const { pathname } = new URL(url, `https://localhost/streams/${id}/${mpd}`)
        const { status, type, body } = await ask(server, 'GET', pathname)
        const { body: sent } = objects.find(({ path }) => pathname === `/streams/${id}/${path}`) ?? {}
        deepEqual([status, type.split('/')[0]], [200, 'video'], pathname)
        ok(sent && body.equals(sent), pathname)
      }
    })
  }

  it('ends on SIGTERM with all its processes, leaves the port free, and starts again in a new folder', async () => {
    const { port } = server
    const pids = await Promise.all(
      (['proxy', 'ingest', 'probe', 'redis'] as const).map((part) => pidOf(process.pid, part)),
    )
    const asked = Date.now()
    equal(await server.stop(), 0)
    ok(Date.now() - asked < 5_000, 'the harness kills after 5 s')
    for (const pid of pids) throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    const bound = createServer().listen(port, '0.0.0.0')
    await once(bound, 'listening')
    await new Promise((resolve) => bound.close(resolve))

    const before = await readFile(server.rootCertificate, 'utf8')
    await rm(at('pavstest'), { recursive: true })
    await mkdir(at('pavstest'))
    server = await launchAsHarness(launcher, at('pavstest'), hostIp, port)
    const { cert } = await askJson(server, 200, 'GET', '/certs/server/root.pem')
    notEqual(cert.public_cert, before)
    equal((await askJson(server, 201, 'POST', '/streams?interface=dash', {})).id, 1)
    equal(await server.stop(), 0)
  })

  /** What the harness does before it tells the camera where to push: a certificate for its own key. */
  async function provisioned() {
    const files = ['-nodes', '-keyout', at('DUT.key'), '-out', at('DUT.csr')]
    await mustRun('openssl', ['req', '-new', ...keyKinds['EC P-256'], ...files, '-subj', '/OU=CSA'])
    const csr = await readFile(at('DUT.csr'), 'utf8')
    await askJson(server, 200, 'POST', '/certs/DUT/sign', { csr })
    const { cert: leaf } = await askJson(server, 200, 'GET', '/certs/device/DUT.pem')
    const { cert: root } = await askJson(server, 200, 'GET', '/certs/server/root.pem')
    await writeFile(at('DUT.pem'), leaf.public_cert)
    await writeFile(at('root.pem'), root.public_cert)
    const device: Identity = { cert: at('DUT.pem'), key: at('DUT.key') }
    return {
      device,
      leaf: new X509Certificate(leaf.public_cert),
      root: new X509Certificate(root.public_cert),
    }
  }

  async function recorded(release: string, style: (typeof mpdStyles)[string]) {
    const { device } = await provisioned()
    const { id } = await askJson(server, 201, 'POST', '/streams?interface=dash', {})
    const names = { expected_track_names: ['video', 'audio'] }
    await askJson(server, 202, 'POST', `/streams/${id}/expectedTrackNames`, names)
    const objects = await recordSession(media().source, at(release), style)
    for (const object of objects) await push(device, id, object)
    return { id, objects }
  }

  /** As libcurl in the camera: a connection of its own, trusting only the provisioned root, for the host it was told. */
  async function push(device: Identity, id: number, { path, type, body }: RecordedObject): Promise<void> {
    const { port } = server
    const told = { ...server, url: `https://${hostIp}:${port}`, rootCertificate: at('root.pem') }
    const here = ['--connect-to', `${hostIp}:${port}:127.0.0.1:${port}`, '--http2']
    const sent = ['-T', '-', '-H', `Content-Type: ${type}`, '-H', `Content-Length: ${body.length}`]
    const answer = await curl(told, `/streams/${id}/${path}`, [...as(device), ...here, ...sent], body)
    deepEqual([answer.status, answer.httpVersion], [202, '2'], `${path}: ${answer.text}${answer.complaint}`)
  }
})

/** What a player asks for: the init segment and the segments of every representation. */
function urlsIn(mpd: string): string[] {
  const templates = [...mpd.matchAll(/initialization="([^"]+)" media="([^"]+)".*? r="(\d+)"/gs)]
  equal(templates.length, 2)
  return templates.flatMap(([, init = '', segments = '', repeats = '']) => [
    init,
    ...Array.from({ length: Number(repeats) + 1 }, (_, at) =>
      segments.replace(/\$Number[^$]*\$/, String(1001 + at)),
    ),
  ])
}
