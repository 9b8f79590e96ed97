import { deepEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { header, mpd, segment, template } from './support/media/cmaf.ts'
import { type Deployment, startDeployment } from './support/topology/several-ingests.ts'

const init = header()
const live = mpd([[['v'], template('$RepresentationID$/segment_$Number$.m4s', '$RepresentationID$/v.init')]])
const over = live.replace('type="dynamic"', 'type="static"')
const cut = 'cut off'

/** One session of one camera, with much of what can go wrong. */
const story: readonly (readonly [path: string, body: Buffer | string])[] = [
  ['index.mpd', live],
  ['v/v.init', init],
  ['v/segment_1001.m4s', segment(1)],
  ['v/segment_1002.m4s', segment(2)],
  ['v/segment_1004.m4s', segment(4)],
  ['v/segment_1004.m4s', segment(4)],
  ['index.mpd', live],
  ['v/segment_1005.m4s', cut],
  ['v/segment_1005.m4s', segment(5)],
  ['v/segment_1003.m4s', segment(3)],
  ['v/segment_1006.m4s', 'not media'],
  ['w/segment_1.m4s', segment(1)],
  ['index.mpd', over],
  ['v/segment_1007.m4s', segment(7)],
]

describe('behind one proxy', function () {
  this.timeout(240_000)
  let built: AsyncDisposableStack
  let alone: Deployment
  let device: Identity
  /** What one ingest says. */
  let expected: unknown

  before(async () => {
    built = new AsyncDisposableStack()
    alone = built.use(await startDeployment(['alone']))
    device = await makeDevice(alone, 'cam')
    expected = await tellTo(alone, device)
  })
  after(() => built.disposeAsync())

  describe('two ingests', () => {
    let both: Deployment
    before(async () => {
      both = await startDeployment(['left', 'right'], alone)
    })
    after(() => both?.[Symbol.asyncDispose]())

    it('judge a session that alternates between them as one ingest does', async () => {
      deepEqual(await tellTo(both, device), expected)
      deepEqual(await writersOf(both, '1'), ['left.ndjson', 'right.ndjson'])
    })

    it('lose nothing that was answered when one of them dies', async () => {
      const stream = await makeStream(both)
      const pushAll = async (paths: readonly string[]) => {
        const answers = await Promise.all(
          paths.map((path) => push(both, device, `/streams/${stream}/${path}`, path)),
        )
        deepEqual(new Set(answers.map((answer) => answer?.status)), new Set([202]))
      }
      const paths = Array.from({ length: 40 }, (_, n) => `v/${n}.m4s`)
      await pushAll(paths.slice(0, 20))
      await both.kill('left')
      await pushAll(paths.slice(20))
      await until('all are listed', async () => {
        const { uploads } = (await curl(both, `/streams/${stream}/uploads?limit=100`)).json
        return uploads.length === paths.length
      })
    })
  })

  describe('four ingests that are killed one after the other', () => {
    const names = ['one', 'two', 'three', 'four']

    it('judge a session as one ingest does', async () => {
      await using four = await startDeployment(names, alone)
      const kills = new Map([
        [4, 'one'],
        [8, 'two'],
        [12, 'three'],
      ])
      const killDue = async (step: number) => {
        const instance = kills.get(step)
        if (instance) await four.kill(instance)
      }
      deepEqual(await tellTo(four, device, killDue), expected)
      deepEqual(await writersOf(four, '1'), names.map((name) => `${name}.ndjson`).sort())
    })

    it('leave to the others what they were receiving, and their uploads without a verdict', async () => {
      await using four = await startDeployment(names, alone, false)
      const stream = await makeStream(four)
      const taken = ['ingest-1', 'ingest-2', 'ingest-3', 'ingest-4']
      const accepted: string[] = []
      for (let round = 0; round < 3; round++) {
        const path = `/streams/${stream}/long/${round}.mp4`
        using connection = await rawConnection(four, device)
        connection.tls.on('error', () => undefined)
        connection.tls.write(putHead(path, 'Content-Length: 500000'))
        connection.tls.write(Buffer.alloc(100_000))
        const receiver = await until('a body on its way', () => receiverIn(four, taken))
        const pushes = Array.from({ length: 12 }, (_, n) => {
          const short = `short/${round}/${n}.m4s`
          return push(four, device, `/streams/${stream}/${short}`, short).then(
            (reply) => reply?.status === 202 && accepted.push(short),
          )
        })
        await Promise.race(pushes)
        process.kill(await processOf(four, receiver), 'SIGKILL')
        taken.splice(taken.indexOf(receiver), 1)
        await Promise.all(pushes)
        const cutOffs = await until('taken over', async () => {
          const { uploads } = (await curl(four, `/streams/${stream}/uploads?limit=1000`)).json
          const long = uploads.filter((upload: { path: string }) => upload.path === `long/${round}.mp4`)
          return long.length > 0 && long
        })
        deepEqual(
          cutOffs.map(({ whole }: { whole: boolean }) => whole),
          [false],
        )
      }
      const { uploads } = (await curl(four, `/streams/${stream}/uploads?limit=1000`)).json
      const listed = new Set(uploads.map(({ path }: { path: string }) => path))
      deepEqual(
        accepted.filter((path) => !listed.has(path)),
        [],
      )
      deepEqual(accepted.length > 0, true)
    })
  })
})

/** The name of the ingest that has begun to receive a body; null for none of these. */
async function receiverIn(
  { workingDirectory }: Deployment,
  instances: readonly string[],
): Promise<string | null> {
  for (const instance of instances) {
    const staged = await readdir(join(workingDirectory, 'staging', instance))
    if (staged.some((name) => name.endsWith('.json'))) return instance
  }
  return null
}

async function processOf({ workingDirectory }: Deployment, instance: string): Promise<number> {
  return JSON.parse(await readFile(join(workingDirectory, 'instances', `${instance}.json`), 'utf8')).pid
}

/** Who has taken uploads of a stream. */
async function writersOf({ workingDirectory }: Deployment, stream: string): Promise<string[]> {
  return (await readdir(join(workingDirectory, 'journals', stream))).sort()
}

/** Everything that is answered to the story and says something of it afterwards. */
async function tellTo(
  server: Deployment,
  device: Identity,
  before: (step: number) => Promise<void> = async () => undefined,
): Promise<unknown> {
  const stream = `/streams/${await makeStream(server, '?interface=dash')}`
  const heard: unknown[] = []
  for (const [step, [path, body]] of story.entries()) {
    await before(step)
    heard.push(await push(server, device, `${stream}/session_1/${path}`, body))
  }
  const get = async (path: string) => (await curl(server, path)).json
  await until('all are listed', async () => (await get(`${stream}/uploads`)).uploads.length === story.length)
  const paths = ['/streams', '/streams?summary=true', stream]
  const ofStream = ['/uploads', '/report', '/report?session=1'].map((path) => `${stream}${path}`)
  for (const path of [...paths, ...ofStream]) heard.push(await get(path))
  return withoutChance(heard)
}

async function push(server: Deployment, device: Identity, path: string, body: Buffer | string) {
  if (body === cut) return cutOff(server, device, path)
  const { status, json } = await curl(server, path, [...as(device), '-H', 'Expect:', '-T', '-'], body)
  return { status, json }
}

/** Half a segment; told when it is listed. */
async function cutOff(server: Deployment, device: Identity, path: string): Promise<void> {
  using connection = await rawConnection(server, device)
  connection.tls.end(
    Buffer.concat([Buffer.from(putHead(path, 'Content-Length: 336')), segment(5).subarray(0, 168)]),
  )
  await once(connection.tls, 'close')
  await until('it is listed', async () => {
    const { uploads } = (await curl(server, '/streams/1/uploads')).json
    return uploads.some(({ whole }: { whole: boolean }) => !whole)
  })
}

/** Without what differs from run to run; an id is told by the order in which it is heard of first. */
function withoutChance(heard: readonly unknown[]): unknown {
  const ids: string[] = []
  const text = JSON.stringify(heard, (key, value) => (chance.has(key) ? undefined : value))
    .replace(/localhost:\d+/g, 'localhost')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      if (!ids.includes(id)) ids.push(id)
      return `upload ${ids.indexOf(id)}`
    })
  return JSON.parse(text)
}

const chance = new Set(['duration_ms', 'durationMs', 'serial', 'fingerprint', 'port'])
