import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Standalone } from '../../server/standalone.ts'
import { type Api, createApi } from '../api.ts'
import type { Bench } from '../bench.ts'
import { launchIn, type Start } from '../servers/launch.ts'

/** A working directory that one server after the other is started on. */
export interface Home extends AsyncDisposable {
  readonly path: string
  open(start?: Start): Promise<Opened>
}

export interface Opened extends AsyncDisposable {
  readonly server: Standalone
  readonly api: Api
  /** The API over another connection. */
  another(): Promise<Api>
}

export async function makeHome({ directory, certificates, identity, signal }: Bench): Promise<Home> {
  const path = await mkdtemp(join(directory, 'home-'))
  await cp(certificates.directory, join(path, 'certs'), { recursive: true })
  return {
    path,
    async open(start) {
      await using built = new AsyncDisposableStack()
      const server = built.use(await launchIn(path, start))
      const another = () => createApi(server.url, identity, signal)
      const api = built.use(await another())
      const running = built.move()
      return { server, api, another, [Symbol.asyncDispose]: () => running.disposeAsync() }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  }
}
