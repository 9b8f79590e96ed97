import { deepEqual, equal } from 'node:assert/strict'
import { type Ingest, ingestSuite } from './testing/ingest.ts'
import { type Exit, startUploadingProcess } from './testing/uploading-process.ts'

/** How many processes are ended in each way; e2e/shutdown.soak.test.ts ends more. */
const trials = 3
/** A process that has not exited by then hangs. */
const maxExitMs = 8_000

describe('shutdown of ingest', function () {
  this.timeout(60_000)
  const suite = ingestSuite()

  it('ends within a second of the death of Redis, and loses no upload', () =>
    endAll(async () => {
      await suite.redis().kill()
      return () => suite.redis().start()
    }))

  it('ends within a second of the return of Redis, and loses no upload', () =>
    endAll(async () => {
      await suite.redis().kill()
      await suite.redis().start()
      return async () => undefined
    }))

  /**
   * Ends each of some processes at another moment of the second after what `disturb` does to Redis; then starts another
   * one and makes sure that it lists every upload that they accepted.
   */
  async function endAll(disturb: () => Promise<() => Promise<void>>): Promise<void> {
    {
      await using first = await suite.start({ INSTANCE: 'first' })
      equal((await first.send('POST', '/streams')).status, 201)
    }
    const exits: Exit[] = []
    const stored: string[] = []
    {
      await using undo = new AsyncDisposableStack()
      const common = {
        workingDirectory: suite.path(),
        redisUrl: suite.redis().path,
        device: suite.device(),
      }
      const instances = Array.from({ length: trials }, (_, i) => `ingest-${i}`)
      const started = await Promise.all(
        instances.map((instance) => startUploadingProcess({ ...common, instance })),
      )
      for (const one of started) undo.use(one)
      await Promise.all(started.map((one) => one.isBusy))
      const restore = await disturb()
      exits.push(
        ...(await Promise.all(started.map((one, i) => one.endAfter(((1 + i) * 619) % 1_000, maxExitMs)))),
      )
      stored.push(...(await Promise.all(started.map((one) => one.accepted()))).flat())
      await restore()
    }
    await using ingest = await suite.start({ INSTANCE: 'last' })
    const listed = await listedBy(ingest)
    deepEqual(
      stored.filter((id) => !listed.has(id)),
      [],
    )
    deepEqual(
      exits.map(({ code }) => code),
      exits.map(() => 0),
    )
  }

  async function listedBy(ingest: Ingest): Promise<ReadonlySet<string>> {
    const listed = new Set<string>()
    let cursor: number | null = 0
    while (cursor !== null) {
      const { json: page } = await ingest.get(`/streams/1/uploads?limit=1000&cursor=${cursor}`)
      for (const { id } of page.uploads) listed.add(id)
      cursor = page.next_cursor as number | null
    }
    return listed
  }
})
