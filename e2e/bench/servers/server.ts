import { readFile } from 'node:fs/promises'
import type { Standalone } from '../../server/standalone.ts'
import { type Api, createApi } from '../api.ts'
import type { Bench } from '../bench.ts'
import { launchServer, type StartOptions } from './launch.ts'

/** A stream with an init segment in it. */
export interface StreamTarget {
  readonly stream: string
  /** URL of a segment, with `{n}` for its number. */
  readonly url: string
}

/** A running server of this project with such a stream. */
export interface Server extends StreamTarget, AsyncDisposable {
  readonly standalone: Standalone
  readonly api: Api
}

/** The path of a segment below its stream; all are of one track. */
export const segmentPath = (number: number | string): string => `bench/video_${number}.m4s`

export async function startServer(bench: Bench, start: StartOptions = {}): Promise<Server> {
  await using built = new AsyncDisposableStack()
  const { directory, certificates, identity, signal } = bench
  const standalone = built.use(await launchServer(directory, certificates.directory, start))
  const api = built.use(await createApi(standalone.url, identity, signal))
  const publishing = await openStream(bench, { standalone, api })
  const running = built.move()
  return { standalone, api, ...publishing, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

export async function openStream(
  { media }: Bench,
  { standalone, api }: Pick<Server, 'standalone' | 'api'>,
): Promise<StreamTarget> {
  const { json } = await api.call('POST', '/streams?interface=cmaf-ingest')
  const stream = String(json.id)
  const init = await api.call('PUT', `/streams/${stream}/bench/video_init.mp4`, await readFile(media.init))
  if (init.status !== 202) throw new Error(`the init segment was answered ${init.status}`)
  return { stream, url: `${standalone.url}/streams/${stream}/${segmentPath('{n}')}` }
}
