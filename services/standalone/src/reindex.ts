import { CannotStart } from './cannot-start.ts'
import { type Part, startChild } from './child.ts'
import type { Display } from './display.ts'
import type { Options } from './options.ts'
import { redisPart, reindexPart } from './parts.ts'
import { openPlaces } from './places.ts'
import { endAsked } from './signals.ts'

/** Makes the index anew from the record in the working directory, with the Redis that a server on it would have. */
export async function reindex(options: Options, display: Display): Promise<void> {
  if (!options.workingDirectory) throw new CannotStart('say what to reindex with --working-directory')
  await using built = new AsyncDisposableStack()
  const places = built.use(await openPlaces(options.workingDirectory, display.log))
  if (!options.redisUrl) await start(redisPart(places)).ready
  const work = start(reindexPart(options, places))
  const asked = endAsked(display.log, () => work.kill()).then(() => 'stopped')
  const end = await Promise.race([work.closed, asked])
  if (end !== 'exit code 0') throw new CannotStart(`the index is not complete: ${end}`)

  function start(part: Part) {
    const child = startChild(part, {}, (line) => display.show(part.name, line))
    built.defer(() => child.stop())
    return child
  }
}
