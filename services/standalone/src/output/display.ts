import { printable } from '@pushav/shared/lib/printable.ts'
import { createLogger, type Logger } from '@pushav/shared/logger.ts'
import { prettyFactory } from 'pino-pretty'

/** The only writer of this process's output. */
export interface Display {
  readonly log: Logger
  /** Prints a line of a child's output, which may be JSON, in readable form. */
  showLine(service: string, line: string): void
  print(sentence: string): void
}

/** Prints time, level, service and message of each JSON line of all processes. */
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
  const write = (line: string) => void output.write(readable(displayable(line)))
  return {
    log: createLogger('standalone', level, { write }),
    showLine: (service, line) => write(logLineOf(service, line)),
    print: (sentence) => void output.write(`${sentence}\n`),
  }
}

function logLineOf(service: string, line: string): string {
  if (line.startsWith('{"level":')) return line
  return JSON.stringify({ level: 'warn', time: new Date().toISOString(), service, msg: line })
}

/** The data of a JSON line, or another line as text; without control characters, which clients could send. */
function displayable(line: string): unknown {
  try {
    return JSON.parse(line, displayableValue)
  } catch {
    return printable(line)
  }
}

/** Removes control characters. Stack traces keep their line breaks, which pino-pretty indents. */
function displayableValue(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  return key === 'stack' ? value.split('\n').map(printable).join('\n') : printable(value)
}
