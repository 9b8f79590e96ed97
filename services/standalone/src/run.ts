import { join } from 'node:path'
import type { Facts, Part } from './child.ts'
import type { Display } from './display.ts'
import type { Options } from './options.ts'
import { redisPart, servicesOf } from './parts.ts'
import { openPlaces } from './places.ts'
import { assertPortFree } from './port.ts'
import { endAsked } from './signals.ts'
import { type Supervised, supervise } from './supervisor.ts'

/** Starts everything, keeps it running, and stops it in the order that loses nothing. */
export async function run(options: Options, display: Display): Promise<void> {
  await using built = new AsyncDisposableStack()
  const running: Supervised[] = []
  const hopeless = Promise.withResolvers<never>()
  const asked = endAsked(display.log, endAtOnce)
  await Promise.race([asked, hopeless.promise, start()])
  await Promise.race([asked, hopeless.promise])

  async function start(): Promise<void> {
    const places = built.use(await openPlaces(options.workingDirectory, display.log))
    await assertPortFree(options.host, options.port)
    tellWhere(places.workingDirectory)
    if (!options.redisUrl) await keep(redisPart(places))
    const { probe, ingest, proxy } = servicesOf(options, places)
    const [, , { port }] = await Promise.all([keep(probe), keep(ingest), keep(proxy)])
    display.say(`Running on https://${urlHost(options.host)}:${port} (CTRL + C to quit)`)
  }

  function keep(part: Part): Promise<Facts> {
    if (built.disposed) return new Promise(() => {})
    const kept = supervise(part, display)
    running.push(kept)
    built.defer(() => kept.stop())
    kept.ended.catch(hopeless.reject)
    return kept.ready
  }

  function tellWhere(workingDirectory: string): void {
    const rootCertificate = join(workingDirectory, 'certs/server/root.pem')
    display.log.info({ workingDirectory, rootCertificate }, 'starting')
  }

  function endAtOnce(): void {
    process.exitCode = 1
    for (const kept of running) kept.kill()
  }
}

const urlHost = (host: string) => (host.includes(':') ? `[${host}]` : host)
