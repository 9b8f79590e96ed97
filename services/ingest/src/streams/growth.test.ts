import { deepEqual, equal, ok } from 'node:assert/strict'
import { Redis } from 'ioredis'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

describe('answers about a stream that grows', () => {
  const suite = ingestSuite()

  it('are a report that reads no more for more objects', async () => {
    await using ingest = await suite.start()
    await using redis = watched()
    await ingest.send('POST', '/streams')
    const report = () => ingest.get('/streams/1/report?session=none')
    await push(ingest, 0, 5)
    const few = await redis.sentBy(report)
    await push(ingest, 5, 60)
    const many = await redis.sentBy(report)
    ok(many < few * 1.5, `${few} bytes read with 5 objects, ${many} with 60`)
  })

  it('are a list that reads no verdicts of what was accepted', async () => {
    await using ingest = await suite.start()
    await using redis = watched()
    await ingest.send('POST', '/streams?interface=hls')
    for (let number = 0; number < 60; number++) await ingest.put(`/streams/1/notes/${number}.txt`, 'a note')
    const listed = (await ingest.get('/streams/1')).json
    equal(listed.valid_uploads.length + listed.error_uploads.length, 60)
    const bytes = await redis.sentBy(() => ingest.get('/streams/1'))
    const verdicts = await redis.sentBy(() => ingest.get('/streams/1/uploads'))
    // In two lists, see `invalid_files`.
    const rejected = 2 * (listed.error_uploads.length / 60) * verdicts
    ok(bytes - rejected < verdicts / 3, `${bytes} bytes read for a list, ${verdicts} for the wire log`)
  })

  it('are a list in arrival order, with the findings of what was rejected', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=dash')
    for (const path of ['session_2/b.mpd', 'session_1/a.mpd', 'session_2/b.mpd'])
      await ingest.put(`/streams/1/${path}`, 'no manifest')
    const { error_uploads: rejected } = (await ingest.get('/streams/1')).json
    const paths = rejected.map(({ file_path }: { file_path: string }) => file_path)
    deepEqual(paths, ['session_1/a.mpd', 'session_2/b.mpd'])
    for (const { reasons, findings } of rejected) ok(reasons.length > 0 && findings.length >= reasons.length)
  })

  async function push(ingest: Ingest, from: number, to: number): Promise<void> {
    for (let number = from; number < to; number++) await ingest.put(`/streams/1/v/${number}.m4s`, 'no media')
  }

  /** What Redis sends to all of its clients. */
  function watched() {
    const redis = new Redis(suite.redis().path)
    return {
      async sentBy(work: () => Promise<unknown>): Promise<number> {
        const before = await sent()
        await work()
        return (await sent()) - before
      },
      [Symbol.asyncDispose]: async () => void (await redis.quit()),
    }

    async function sent(): Promise<number> {
      return Number(/^total_net_output_bytes:(\d+)/m.exec(await redis.info('stats'))?.[1])
    }
  }
})
