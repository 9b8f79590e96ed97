import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/**
 * JSON lines on standard output: time, level, service, message, fields. An `error` field keeps its
 * type, message and stack. Messages are constant; what varies goes into fields.
 */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
  }
  return pino(options, destination ?? standardOutput())
}

/** Synchronous: lines waiting in memory would keep a process from exiting once its pipe has no reader. */
function standardOutput(): DestinationStream {
  return pino.destination({ dest: 1, sync: true })
}
