import { equal, ok } from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from './testing/ingest.ts'

const streams = Number(process.env.SOAK_STREAMS ?? 10_000)
const concurrency = 16
/** Of the heap, for each stream that has had its one upload, beyond the streams that caches hold. */
const maxBytesPerStream = 1_024

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

describe('10 000 streams with one upload each', function () {
  this.timeout(1_800_000)
  const { start } = ingestSuite()

  it('leave memory that does not grow with them, and every upload with a verdict', async () => {
    // Sessions that have ended have no timer any more.
    await using ingest = await start({ SESSION_IDLE: '1s', VERDICT_WAIT: '60s' })
    const tookMs: number[] = []
    await uploadTo(ingest, tookMs, streams / 2)
    const before = await heapAtRest()
    await uploadTo(ingest, tookMs, streams)
    const after = await heapAtRest()
    const perStream = (after - before) / (streams / 2)
    const [first, last] = [medianOf(tookMs.slice(0, 1_000)), medianOf(tookMs.slice(-1_000))]
    console.log(
      `      heap ${mebibytes(before)}, then ${mebibytes(after)} MiB: ${Math.round(perStream)} bytes a stream`,
    )
    console.log(`      PUT, median of the first 1000: ${first} ms; of the last: ${last} ms`)
    ok(perStream < maxBytesPerStream, `${perStream} bytes a stream`)
  })

  /** Makes streams up to that number. */
  async function uploadTo(ingest: Ingest, tookMs: number[], upTo: number): Promise<void> {
    await Promise.all(Array.from({ length: concurrency }, uploadNext))

    async function uploadNext(): Promise<void> {
      while (tookMs.length < upTo) {
        const { json, status } = await ingest.send('POST', '/streams')
        equal(status, 201)
        const begun = performance.now()
        const reply = await ingest.put(`/streams/${json.stream_id}/session_1/video/1.m4s`, 'bytes')
        tookMs.push(performance.now() - begun)
        equal(reply.status, 202)
        ok(reply.json.verdict !== 'pending')
      }
    }
  }

  /** Once timers and batches have come to an end: the heap no longer shrinks. */
  async function heapAtRest(): Promise<number> {
    let least = Number.POSITIVE_INFINITY
    await until('the heap has shrunk', async () => {
      collectGarbage()
      const { heapUsed } = process.memoryUsage()
      const isAtRest = heapUsed > least - 262_144
      least = Math.min(least, heapUsed)
      return isAtRest
    })
    return least
  }
})

const medianOf = (values: readonly number[]): string =>
  (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(1)
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
