import { createLogger, type Logger } from '@pushav/shared/logger.ts'
import { prettyFactory } from 'pino-pretty'

/** The one place everything is shown. */
export interface Display {
  readonly log: Logger
  /** Shows a child's line, JSON or not, in readable form. */
  show(service: string, line: string): void
  say(sentence: string): void
}

/** Readable lines with time, level, service and message, from everybody's JSON lines. */
export function createDisplay(
  output: { write(text: string): unknown },
  level: string,
  colorize: boolean,
): Display {
  const readable = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,service',
    singleLine: true,
    messageFormat: '{service}: {msg}',
  })
  const write = (line: string) => void output.write(readable(line))
  return {
    log: createLogger('standalone', level, { write }),
    show: (service, line) => write(logLineOf(service, line)),
    say: (sentence) => void output.write(`${sentence}\n`),
  }
}

function logLineOf(service: string, line: string): string {
  if (line.startsWith('{"level":')) return line
  return JSON.stringify({ level: 'warn', time: new Date().toISOString(), service, msg: line })
}
