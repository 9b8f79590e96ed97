import type { Logger } from '@pushav/shared/logger.ts'
import type { SessionEvent } from '../validation/evaluation.ts'
import type { Session } from '../validation/state.ts'
import type { JudgedUpload } from './judged-upload.ts'

/** Writes to the log what comes in, for the person who watches the console. */
export interface ResultLog extends Disposable {
  /** One line for each upload; from the 21st in a second on one line a second with sums, until fewer come. */
  uploaded(stream: string, judged: JudgedUpload): void
  /** One line for the end of a session, with what came of it. */
  ended(stream: string, session: Pick<Session, 'id' | 'counts'>, how: 'complete' | 'abandoned'): void
}

/** Logs the end of a session where an event says that it ended. */
export function logEnd(
  resultLog: Pick<ResultLog, 'ended'>,
  stream: string,
  session: Pick<Session, 'id' | 'counts'>,
  kind: SessionEvent['kind'],
): void {
  if (kind === 'session-completed') resultLog.ended(stream, session, 'complete')
  if (kind === 'session-abandoned') resultLog.ended(stream, session, 'abandoned')
}

const maxLines = 20
const windowMs = 1_000

export function createResultLog(log: Logger): ResultLog {
  let uploads = 0
  let sums = noSums
  let isBusy = false
  let timer: NodeJS.Timeout | undefined
  return {
    uploaded(stream, judged) {
      timer ??= setTimeout(endWindow, windowMs).unref()
      uploads += 1
      if (isBusy || uploads > maxLines) sums = added(sums, judged)
      else log.info(sentenceOf(stream, judged))
    },
    ended(stream, { id, counts }, how) {
      const { uploads, bytes, errors, warnings } = counts
      const found = `${plural(errors, 'upload')} with errors, ${warnings} with warnings`
      const name = id === 'none' ? '' : `session ${id} `
      log.info(`stream ${stream}: ${name}${how}: ${plural(uploads, 'upload')}, ${sizeOf(bytes)}, ${found}`)
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }

  function endWindow(): void {
    if (sums.uploads > 0) log.info(sumsOf(sums, isBusy ? '' : 'more '))
    isBusy = uploads > maxLines
    uploads = 0
    sums = noSums
    // Quiet is noticed too: the first upload after it has a line of its own.
    timer = isBusy ? setTimeout(endWindow, windowMs).unref() : undefined
  }
}

interface Sums {
  readonly uploads: number
  readonly bytes: number
  readonly rejected: number
  /** The first error. */
  readonly example: string | null
}

const noSums: Sums = { uploads: 0, bytes: 0, rejected: 0, example: null }

function added(sums: Sums, { upload, findings }: JudgedUpload): Sums {
  const error = findings.find(({ severity }) => severity === 'error')
  return {
    uploads: sums.uploads + 1,
    bytes: sums.bytes + upload.bytes,
    rejected: sums.rejected + (error ? 1 : 0),
    example: sums.example ?? (error ? `${error.code} at ${upload.path}` : null),
  }
}

function sumsOf({ uploads, bytes, rejected, example }: Sums, which: 'more ' | ''): string {
  const errors = example === null ? '0 with errors' : `${rejected} with errors, such as ${example}`
  return `${plural(uploads, `${which}upload`)} in this second: ${sizeOf(bytes)}, ${errors}`
}

function sentenceOf(stream: string, { upload, findings }: JudgedUpload): string {
  const { path, bytes, whole, sender, fault } = upload
  const name = /(?:^|, ?)CN=([^,]*)/.exec(sender.device?.subject ?? '')?.[1]
  const from = sender.device ? (name ?? sender.device.fingerprint.slice(0, 12)) : 'no certificate'
  const state = fault ? `a fault on purpose ${fault.does}; ` : whole ? '' : 'cut off; '
  const verdict = `${state}${verdictOf(findings)}`
  return `stream ${stream}: ${path}, ${sizeOf(bytes)}, ${verdict} (${from})`
}

const maxCodes = 3

function verdictOf(findings: JudgedUpload['findings']): string {
  const counted = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const codes = [...new Set(findings.filter((one) => one.severity === severity).map(({ code }) => code))]
    if (codes.length === 0) return []
    const more = codes.length > maxCodes ? ', …' : ''
    return [`${plural(codes.length, severity)} (${codes.slice(0, maxCodes).join(', ')}${more})`]
  })
  return counted.length === 0 ? 'fine' : counted.join(', ')
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `512 B`, `1.3 kB`, `87 MB`. */
function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** power
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`
}
