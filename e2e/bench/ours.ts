import { readFile } from 'node:fs/promises'
import type { Standalone } from '../support/standalone.ts'
import { type Api, createApi } from './api.ts'
import type { Bench } from './bench.ts'
import { launchOurs, type Start } from './launch.ts'

/** A running server of ours with a stream that has an init segment. */
export interface Ours extends AsyncDisposable {
  readonly server: Standalone
  readonly api: Api
  readonly stream: string
  /** With `{n}`. */
  readonly url: string
}

/** The folder below the stream, and the names of the segments there: one track. */
export const segmentPath = (number: number | string): string => `bench/video_${number}.m4s`

export async function startOurs(bench: Bench, start: Start = {}): Promise<Ours> {
  await using built = new AsyncDisposableStack()
  const { directory, certificates, identity, media, signal } = bench
  const server = built.use(await launchOurs(directory, certificates.directory, start))
  const api = built.use(await createApi(server.url, identity, signal))
  const { json } = await api.call('POST', '/streams?interface=cmaf-ingest')
  const stream = String(json.id)
  const init = await api.call('PUT', `/streams/${stream}/bench/video_init.mp4`, await readFile(media.init))
  if (init.status !== 202) throw new Error(`the init segment was answered ${init.status}`)
  const running = built.move()
  const url = `${server.url}/streams/${stream}/${segmentPath('{n}')}`
  return { server, api, stream, url, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
