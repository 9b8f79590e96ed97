import { readFile } from 'node:fs/promises'
import type { Bench } from '../bench.ts'
import { percentile } from '../statistics.ts'
import type { GrowingStream, GrowingStreams } from './growing-streams.ts'
import { interleave, interleaveFor } from './interleave.ts'
import { queriesOf, timedGet, timedPut, wholeStream } from './queries.ts'
import type { RunningServer } from './working-directory.ts'

const uploads = 200
const questions = 20
const smallStream = 100
const secondsForWhole = 4

/** Latencies of a full stream, and of a new one on the same server. */
export async function latenciesAt(
  bench: Bench,
  opened: RunningServer,
  growing: GrowingStreams,
  full: GrowingStream,
): Promise<Record<string, number>> {
  const small = await growing.open()
  await Promise.all([small, full].map((stream) => stream.fillTo(smallStream)))
  await growing.settled()
  return {
    ...(await ofUploads(bench, opened, full, small)),
    ...(await ofQuestions(opened, full, small)),
    ...(await ofWholeStream(bench, opened, full, small)),
  }
}

async function ofUploads(bench: Bench, { api }: RunningServer, ...streams: [GrowingStream, GrowingStream]) {
  const body = await readFile(bench.media.segments['8k'])
  const into = (stream: GrowingStream) => timedPut(api, stream, body, stream.count())
  const [inFull = [], inSmall = []] = await interleave(uploads, streams.map(into))
  for (const stream of streams) stream.pushed(uploads)
  return {
    ...compared('PUT', inFull, inSmall),
    'PUT p99': percentile(inFull, 0.99),
    'PUT p99, small': percentile(inSmall, 0.99),
  }
}

async function ofQuestions({ api }: RunningServer, full: GrowingStream, small: GrowingStream) {
  const figures: Record<string, number> = {}
  const ofSmall = queriesOf(small.stream, small.count())
  for (const [name, path] of Object.entries(queriesOf(full.stream, full.count()))) {
    const both = [path, ofSmall[name] ?? path].map((path) => timedGet(api, path))
    const [inFull = [], inSmall = []] = await interleave(questions, both)
    Object.assign(figures, compared(name, inFull, inSmall))
  }
  return figures
}

/** Latencies of reading the whole stream, and the longest that an upload to the small stream waits during a read. */
async function ofWholeStream(
  bench: Bench,
  { api, connectAgain }: RunningServer,
  full: GrowingStream,
  small: GrowingStream,
) {
  using besides = await connectAgain()
  const put = timedPut(besides, small, await readFile(bench.media.segments['8k']), small.count())
  const waits: number[] = []
  const whole = [full, small].map((stream) => timedGet(api, wholeStream(stream)))
  const [inFull = [], inSmall = []] = await interleaveFor(secondsForWhole, questions, whole)
  const asked = timedGet(api, wholeStream(full))()
  let isAnswered = false
  const answered = asked.finally(() => {
    isAnswered = true
  })
  while (!isAnswered) waits.push(await put())
  await answered
  small.pushed(waits.length)
  return {
    ...compared('GET stream', inFull, inSmall),
    'longest PUT during GET stream': Math.max(0, ...waits),
  }
}

function compared(name: string, inFull: readonly number[], inSmall: readonly number[]) {
  return { [name]: percentile(inFull, 0.5), [`${name}, small`]: percentile(inSmall, 0.5) }
}
