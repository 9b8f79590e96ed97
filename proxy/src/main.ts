import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { createLogger } from '@pushav/shared/logger.ts'
import { reportReady } from '@pushav/shared/process/ready-report.ts'
import { closeOnSignal } from '@pushav/shared/process/shutdown.ts'
import { readConfig } from './config.ts'
import { startProxy } from './proxy.ts'

// Node reads its cache of compiled code only where it may write it. All modules are loaded, and no client is served
// yet.
const { permission } = process as { readonly permission?: Partial<NodePermission> }
if (process.env.NODE_COMPILE_CACHE && permission?.drop) {
  flushCompileCache()
  permission.drop('fs.write', process.env.NODE_COMPILE_CACHE)
}

// Buffers of bodies are memory outside the heap, which is small: where the heap sets the pace, V8 runs a major
// collection for each 25 MiB that flow through, though the minor ones free nearly all of it. Not before the cache is
// written, because cached code is for the flags that it was made with.
setFlagsFromString('--heap-growing-percent=400')

const config = readConfig(process.env)
const log = createLogger('proxy', config.logLevel)
const built = new AsyncDisposableStack()
closeOnSignal(built, log)

const { port, uiPort } = built.use(await startProxy(config, log))
reportReady({ port, uiPort })

/** Part of Node's permission model that its types lack. */
interface NodePermission {
  /** Gives up for good what `--allow-…` granted for this very reference. */
  drop(scope: 'fs.write', reference: string): void
}
