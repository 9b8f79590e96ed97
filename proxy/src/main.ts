import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { createLogger } from '@pushav/shared/logger.ts'
import { reportReady } from '@pushav/shared/process/ready-report.ts'
import { closeOnSignal } from '@pushav/shared/process/shutdown.ts'
import { settingsOrExit } from '@pushav/shared/settings.ts'
import { readConfig } from './config.ts'
import { startProxy } from './proxy.ts'

// Node uses its compile cache only with the permission to write it. The permission is dropped here, where all modules
// have been loaded and no client is served yet.
const { permission } = process as { readonly permission?: Partial<NodePermission> }
if (process.env.NODE_COMPILE_CACHE && permission?.drop) {
  flushCompileCache()
  permission.drop('fs.write', process.env.NODE_COMPILE_CACHE)
}

// The buffers of bodies are memory outside the heap, and the heap is small. By default V8 would run a major collection
// for each 25 MiB of bodies, although minor collections free nearly all of them. The flag is set after the cache has
// been written, because cached code is valid only for the flags under which it was compiled.
setFlagsFromString('--heap-growing-percent=400')

const config = settingsOrExit(readConfig)
const log = createLogger('proxy', config.logLevel)
const built = new AsyncDisposableStack()
closeOnSignal(built, log)

const { port, uiPort } = built.use(await startProxy(config, log))
reportReady({ port, uiPort })

/** Part of Node's permission model that its types lack. */
interface NodePermission {
  /** Gives up for good the permission that `--allow-…` granted for exactly this reference. */
  drop(scope: 'fs.write', reference: string): void
}
