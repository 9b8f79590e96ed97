import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/**
 * Creates a logger that writes JSON lines to standard output: time, level, service, message, fields. A field `error`
 * keeps type, message and stack. Messages are constant; variable parts go into fields.
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

/** Standard output, written synchronously: lines that wait in memory would keep a process whose pipe has no reader. */
function standardOutput(): DestinationStream {
  return pino.destination({ dest: 1, sync: true })
}
