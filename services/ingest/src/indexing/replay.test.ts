import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { probeQueue } from '@pushav/shared/probe-job.ts'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (sequence: number, at: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence, at })])
const mpd = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic"/>'

/** Everything that the API says of the streams and what came to them. */
async function answersOf(ingest: Ingest): Promise<unknown> {
  const { streams } = (await ingest.get('/streams')).json
  const rest = []
  for (const { id, sessions } of streams) {
    rest.push(
      (await ingest.get(`/streams/${id}/uploads`)).json,
      (await ingest.get(`/streams/${id}/report`)).json,
    )
    for (const { key } of sessions) rest.push((await ingest.get(`/streams/${id}/report?session=${key}`)).json)
  }
  const summary = (await ingest.get('/streams?summary=true')).json
  return { streams, rest, summary }
}

/** One camera that does most things, right and wrong. */
async function pushEverything(ingest: Ingest): Promise<void> {
  await ingest.send('POST', '/streams?interface=dash&strict=true')
  await ingest.send('POST', '/streams')
  await ingest.put('/streams/1/session_1/index.mpd', mpd)
  await ingest.put('/streams/1/session_1/v/v.init', init)
  for (const number of [1001, 1002, 1004, 1004])
    await ingest.put(`/streams/1/session_1/v/segment_${number}.m4s`, segment(number, (number - 1001) * 1_000))
  await ingest.put('/streams/1/session_1/v', 'a file where a folder is')
  await ingest.send('DELETE', '/streams/1/session_1/v/segment_1002.m4s')
  await ingest.send('POST', '/streams/1/expectedTrackNames', '{"expected_track_names":["w"]}', {
    'content-type': 'application/json',
  })
  await ingest.put('/streams/1/session_1/v/segment_1005.m4s', segment(1005, 4_000))
  await ingest.put('/streams/2/Streams(v.cmfv)', init)
  await ingest.put('/streams/2/Streams(v.cmfv)', segment(1, 0))
}

describe('replay', () => {
  const suite = ingestSuite()

  it('makes an index of another version anew at the start, and leaves one of this alone', async () => {
    await using redis = Object.assign(new Redis(suite.redis().path), {
      [Symbol.asyncDispose]: async () => void (await redis.quit()),
    })
    const answers = async () => {
      await using ingest = await suite.start()
      return await answersOf(ingest)
    }
    const before = await (async () => {
      await using ingest = await suite.start()
      await pushEverything(ingest)
      return await answersOf(ingest)
    })()
    await redis.del('{stream:1}:newest')
    const damaged = await answers()
    notDeepEqual(damaged, before)
    deepEqual(await answers(), damaged)
    await redis.set('{pushav}:index-format', 'another')
    deepEqual(await answers(), before)
  })

  it('gives every answer again after FLUSHALL, a restart and the loss of the view', async () => {
    const before = await (async () => {
      await using ingest = await suite.start()
      await pushEverything(ingest)
      return await answersOf(ingest)
    })()
    await suite.flush()
    await rm(join(suite.path(), 'streams'), { recursive: true })
    await using ingest = await suite.start()
    deepEqual(await answersOf(ingest), before)
    equal((await ingest.get('/streams/1/session_1/v/segment_1001.m4s')).status, 200)
    equal((await ingest.get('/streams/1/session_1/v/segment_1002.m4s')).status, 404)
  })

  it('makes the index of a stream anew whose journal has lost lines that Redis knows', async () => {
    const before = await (async () => {
      await using ingest = await suite.start()
      await pushEverything(ingest)
      return await answersOf(ingest)
    })()
    const journal = join(suite.path(), 'journals/2/one.ndjson')
    const lines = await readFile(journal)
    {
      await using ingest = await suite.start()
      await ingest.put('/streams/2/lost', 'a body whose line is lost')
    }
    await writeFile(journal, lines)
    {
      await using ingest = await suite.start()
      deepEqual(await answersOf(ingest), before)
      await ingest.put('/streams/2/after', 'some bytes')
      equal((await ingest.get('/streams/2?summary=true')).json.uploads, 3)
    }
    {
      await using other = await suite.start({ INSTANCE: 'two' })
      await other.put('/streams/2/other', 'some bytes')
    }
    await rm(join(suite.path(), 'journals/2/two.ndjson'))
    await using ingest = await suite.start()
    equal((await ingest.get('/streams/2?summary=true')).json.uploads, 3)
  })

  it('goes on when Redis is emptied under its feet', async () => {
    await using ingest = await suite.start()
    await pushEverything(ingest)
    await suite.flush()
    await ingest.put('/streams/1/session_1/v/segment_1006.m4s', segment(1006, 5_000))
    await ingest.put('/streams/2/Streams(v.cmfv)', segment(2, 1_000))
    const answers = await answersOf(ingest)
    await suite.flush()
    await using again = await suite.start({ INSTANCE: 'two' })
    deepEqual(await answersOf(again), answers)
  })

  it('judges a session that alternates between two instances like one of a single instance', async () => {
    await using one = await suite.start({ INSTANCE: 'z' })
    await using two = await suite.start({ INSTANCE: 'a' })
    await one.send('POST', '/streams?interface=dash')
    const at = (index: number) => (index % 2 ? one : two)
    await at(0).put('/streams/1/session_1/index.mpd', mpd)
    await at(1).put('/streams/1/session_1/v/v.init', init)
    for (let i = 0; i < 12; i++) {
      const { json } = await at(i).put(
        `/streams/1/session_1/v/segment_${1001 + i}.m4s`,
        segment(1001 + i, i * 1_000),
      )
      deepEqual([json.verdict, json.findings], [undefined, []])
    }
    const { tracks } = (await two.get('/streams/1')).json.sessions[0]
    deepEqual([tracks.v.state, tracks.v.segment_count], ['segments_uploading', 12])
    const answers = await answersOf(one)
    await suite.flush()
    await using three = await suite.start({ INSTANCE: 'm' })
    deepEqual(await answersOf(three), answers)
  })

  it('keeps count of all that two instances receive at once', async () => {
    await using one = await suite.start({ INSTANCE: 'z' })
    await using two = await suite.start({ INSTANCE: 'a' })
    await one.send('POST', '/streams')
    const uploads = Array.from({ length: 60 }, (_, i) => [i % 2 ? one : two, i] as const)
    await Promise.all(
      uploads.map(([ingest, i]) => ingest.put(`/streams/1/v${i % 5}/${i}.mp4`, i < 5 ? init : segment(i, i))),
    )
    const [summary] = (await one.get('/streams?summary=true')).json.streams
    equal(summary.uploads, 60)
  })

  it('knows what stands at a place of which it has long not heard', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/folder/b.mp4', init)
    for (let from = 0; from < 600; from += 50) {
      const numbers = Array.from({ length: 50 }, (_, i) => from + i)
      await Promise.all(numbers.map((n) => ingest.put(`/streams/1/v/${n}.m4s`, segment(n, n))))
    }
    const codesOf = async (path: string, body: Buffer) =>
      (await ingest.put(path, body)).json.findings.map(({ code }: { code: string }) => code)
    ok((await codesOf('/streams/1/folder', segment(1, 0))).includes('path-clash'))
    ok((await codesOf('/streams/1/v/0.m4s/x.m4s', segment(1, 0))).includes('path-clash'))
    ok((await codesOf('/streams/1/v/1.m4s', segment(1, 1))).includes('upload-repeated'))
    const [summary] = (await ingest.get('/streams?summary=true')).json.streams
    deepEqual([summary.uploads, summary.objects], [604, 603])
  })

  it('puts the probe jobs into the queue that an earlier life did not get to', async () => {
    const redis = new Redis(suite.redis().path)
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams')
      await ingest.put('/streams/1/a.mp4', init)
    }
    const job = { stream: '1', upload: 'u', path: 'a.mp4', init: null }
    await redis.hset('{stream:1}:jobs', 'u', JSON.stringify(job))
    await using _ingest = await suite.start()
    await until('the job is forwarded', async () => (await redis.hlen('{stream:1}:jobs')) === 0)
    const queued = await redis.keys(`${probeQueue.prefix}:*:u`)
    equal(queued.length, 1)
    redis.disconnect()
  })
})
