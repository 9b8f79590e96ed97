import { setFlagsFromString } from 'node:v8'
import { createLogger } from '@pushav/shared/logger.ts'
import { closeOnSignal, reportReady } from '@pushav/shared/shutdown.ts'
import { readConfig } from './config.ts'
import { startProxy } from './proxy.ts'

// Buffers of bodies are memory outside the heap, which is small: where the heap sets the pace, V8 runs a major collection for
// each 25 MiB that flow through, though the minor ones free nearly all of it.
setFlagsFromString('--heap-growing-percent=400')

const config = readConfig(process.env)
const log = createLogger('proxy', config.logLevel)
const built = new AsyncDisposableStack()
closeOnSignal(built, log)

const { port, uiPort } = built.use(await startProxy(config, log))
reportReady({ port, uiPort })
