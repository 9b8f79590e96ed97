import { flushCompileCache } from 'node:module'
import { createLogger } from '@pushav/shared/logger.ts'
import { closeOnSignal, reportReady } from '@pushav/shared/shutdown.ts'
import { readConfig } from './config.ts'
import { startProxy } from './proxy.ts'

// Node reads its cache of compiled code only where it may write it. All modules are loaded, and no client is served yet.
const { permission } = process as { readonly permission?: Partial<NodePermission> }
if (process.env.NODE_COMPILE_CACHE && permission?.drop) {
  flushCompileCache()
  permission.drop('fs.write', process.env.NODE_COMPILE_CACHE)
}

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
