import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'
import { copyWorkingDirectory } from './disk/copy-directory.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (sequence: number, at: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence, at })])
const mpd = (type: string) => `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="${type}"/>`

/** One camera that does most things, and a session that has ended. */
async function pushEverything(ingest: Ingest): Promise<void> {
  await ingest.send('POST', '/streams?interface=dash&strict=true')
  for (const [session, end] of [
    [1, true],
    [2, true],
    [3, false],
  ] as const) {
    const at = (path: string) => `/streams/1/session_${session}/${path}`
    await ingest.put(at('index.mpd'), mpd('dynamic'))
    await ingest.put(at('v/v.init'), init)
    for (const number of [1001, 1002, 1004, 1004])
      await ingest.put(at(`v/segment_${number}.m4s`), segment(number, (number - 1001) * 1_000))
    await ingest.put(at('v'), 'a file where a folder is')
    await ingest.send('DELETE', at('v/segment_1002.m4s'))
    if (end) await ingest.put(at('index.mpd'), mpd('static'))
  }
  await ingest.send('POST', '/streams/1/expectedTrackNames', '{"expected_track_names":["w"]}', {
    'content-type': 'application/json',
  })
  await ingest.send('POST', '/streams')
  await ingest.send('POST', '/streams')
  await ingest.put('/streams/3/gone', 'some bytes')
  await ingest.send('DELETE', '/streams/3')
}

/** They never end, say what time it is, or are signed at that time. */
const unfit = ['GET /events', 'GET /streams/:id/events', 'GET /time', 'GET /certs/device/crl.pem']
/** When and where a process runs, how much of its disk is free, and which probes are still to come. */
const volatile =
  /"(started_at|working_directory|path|free_bytes|waiting|oldest_waiting_ms)":("[^"]*"|\d+|null)/g
const params: Readonly<Record<string, string>> = {
  id: '1',
  session: '2',
  track: 'v',
  file: 'root.pem',
  hierarchy: 'server',
}

/** Every response to GET, of each upload and each object where the route names one. */
async function responsesOf(ingest: Ingest, fingerprint: string): Promise<ReadonlyMap<string, unknown>> {
  const { uploads } = (await ingest.get('/streams/1/uploads?limit=1000')).json
  const ids = uploads.map(({ id }: { id: string }) => id)
  const paths = [...new Set<string>(uploads.map(({ path }: { path: string }) => path))]
  const found = new Map<string, unknown>()
  for (const route of ingest.routes.filter((one) => one.startsWith('GET ') && !unfit.includes(one))) {
    for (const path of pathsOf(route.slice('GET '.length), ids, paths, fingerprint)) {
      const { status, text, headers } = await ingest.get(path)
      const digest = createHash('sha256').update(text.replace(volatile, '')).digest('hex')
      found.set(path, [
        status,
        headers['content-type'],
        text.length < 3_000 ? text.replace(volatile, '') : digest,
      ])
    }
  }
  for (const query of ['?summary=true']) found.set(query, (await ingest.get(`/streams${query}`)).text)
  return found
}

function pathsOf(route: string, ids: readonly string[], paths: readonly string[], fingerprint: string) {
  const [first = ''] = route.split(',')
  const named = first.replace(/:(\w+)/g, (whole, name) =>
    name === 'fingerprint' ? fingerprint : (params[name] ?? whole),
  )
  if (named.includes(':upload')) return ids.map((id) => named.replace(':upload', id))
  if (named.includes(':init')) return ids.map((id) => named.replace(':init', id).replace(':time', '0'))
  if (named.includes('/streams/') && named.includes('*path'))
    return paths.map((path) => named.replace('*path', path))
  return [named.replace('*path', 'v').replace(':time', '0').replace(':name', 'none')]
}

describe('a backup', () => {
  const suite = ingestSuite()

  it('of a running server, restored on an empty Redis, gives every response again', async () => {
    await using target = await temporaryDirectory()
    const fingerprint = suite.device().fingerprint
    const settings = { SESSION_IDLE: '1h' }
    const before = await (async () => {
      {
        await using ingest = await suite.start(settings)
        await pushEverything(ingest)
      }
      await using ingest = await suite.start({
        ...settings,
        RETENTION_BYTES: '1',
        RETENTION_INTERVAL: '10ms',
      })
      await until(
        'retention has run',
        async () => (await ingest.get('/sessions/1')).json.sessions.length === 1,
      )
      const summary = await copyWorkingDirectory(suite.path(), target.path)
      deepEqual([summary.streams, summary.uploads, summary.missing], [2, 7, 0])
      return await responsesOf(ingest, fingerprint)
    })()
    await suite.flush()
    await using restored = await suite.start({
      ...settings,
      WORKING_DIRECTORY: target.path,
      RETENTION_BYTES: '1',
    })
    const after = await responsesOf(restored, fingerprint)
    ok(before.size > 60, `${before.size} responses`)
    for (const [path, response] of before) deepEqual(after.get(path), response, path)
    equal(after.size, before.size)
    equal((await restored.send('POST', '/streams')).json.id, 4)
  })

  it('taken while uploads come holds the bytes of each upload that it lists, and the next one only adds', async () => {
    await using target = await temporaryDirectory()
    const answered = new Set<string>()
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams')
      let isOver = false
      const camera = (async () => {
        for (let i = 0; !isOver; i++) {
          const { json } = await ingest.put(`/streams/1/v/${i}.m4s`, segment(i, i * 1_000))
          answered.add(json.upload_id)
        }
      })()
      await until('some have come', async () => answered.size > 20)
      const safe = new Set(answered)
      const first = await copyWorkingDirectory(suite.path(), target.path)
      equal(first.missing, 0)
      for (const id of safe) ok((await readdir(join(target.path, 'uploads/1'))).includes(id))
      isOver = true
      await camera
      const second = await copyWorkingDirectory(suite.path(), target.path)
      equal(second.copied, answered.size - first.uploads)
    }
    await suite.flush()
    await using restored = await suite.start({ WORKING_DIRECTORY: target.path })
    const { uploads } = (await restored.get('/streams/1/uploads?limit=1000')).json
    equal(uploads.length, Math.min(1_000, answered.size))
    for (const { id, sha256 } of uploads.slice(-50)) {
      const { text } = await restored.get(`/uploads/1/${id}`)
      ok(text.length > 0 && sha256.length === 64)
    }
  })

  it('is refused a folder that holds something else, or is in the working directory', async () => {
    await using target = await temporaryDirectory()
    await writeFile(join(target.path, 'mine'), 'precious')
    await rejects(copyWorkingDirectory(suite.path(), target.path), /an empty folder/)
    await mkdir(join(suite.path(), 'inside'))
    await rejects(copyWorkingDirectory(suite.path(), join(suite.path(), 'inside')), /a folder of its own/)
  })
})
