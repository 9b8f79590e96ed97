import { createLogger } from '@pushav/shared/logger.ts'
import { closeOnSignal, reportReady } from '@pushav/shared/shutdown.ts'
import { readConfig } from './config.ts'
import { startProxy } from './proxy.ts'

const config = readConfig(process.env)
const log = createLogger('proxy', config.logLevel)
const built = new AsyncDisposableStack()
closeOnSignal(built, log)

const { port, uiPort } = built.use(await startProxy(config, log))
reportReady({ port, uiPort })
