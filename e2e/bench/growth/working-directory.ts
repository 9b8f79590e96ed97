import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Standalone } from '../../server/standalone.ts'
import { type Api, createApi } from '../api.ts'
import type { Bench } from '../bench.ts'
import { launchIn, type StartOptions } from '../servers/launch.ts'

/** A working directory on which one server after the other runs. */
export interface WorkingDirectory extends AsyncDisposable {
  readonly path: string
  open(start?: StartOptions): Promise<RunningServer>
}

export interface RunningServer extends AsyncDisposable {
  readonly standalone: Standalone
  readonly api: Api
  /** Opens another connection to the API. */
  connectAgain(): Promise<Api>
}

export async function makeWorkingDirectory({
  directory,
  certificates,
  identity,
  signal,
}: Bench): Promise<WorkingDirectory> {
  const path = await mkdtemp(join(directory, 'working-directory-'))
  await cp(certificates.directory, join(path, 'certs'), { recursive: true })
  return {
    path,
    async open(start) {
      await using built = new AsyncDisposableStack()
      const standalone = built.use(await launchIn(path, start))
      const connectAgain = () => createApi(standalone.url, identity, signal)
      const api = built.use(await connectAgain())
      const running = built.move()
      return { standalone, api, connectAgain, [Symbol.asyncDispose]: () => running.disposeAsync() }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  }
}
