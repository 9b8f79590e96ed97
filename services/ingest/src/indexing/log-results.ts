import type { Logger } from '@pushav/shared/logger.ts'
import type { SessionEvent } from '../validation/evaluation.ts'
import type { Session } from '../validation/state.ts'
import type { JudgedUpload } from './fold.ts'

/** Tells in the log what comes in, for the person who watches the console. */
export interface ResultLog extends Disposable {
  /** One line for each upload; beyond 20 in a second, one line with sums for the rest of that second. */
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
  let lines = 0
  let rest = noSums
  let timer: NodeJS.Timeout | undefined
  return {
    uploaded(stream, judged) {
      timer ??= setTimeout(endWindow, windowMs).unref()
      lines += 1
      if (lines <= maxLines) log.info(sentenceOf(stream, judged))
      else rest = added(rest, judged)
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
    const { uploads, bytes, rejected } = rest
    if (uploads > 0)
      log.info(
        `and ${plural(uploads, 'more upload')} in this second: ${sizeOf(bytes)}, ${rejected} with errors`,
      )
    lines = 0
    rest = noSums
    timer = undefined
  }
}

const noSums = { uploads: 0, bytes: 0, rejected: 0 }

const added = (sums: typeof noSums, { upload, findings }: JudgedUpload): typeof noSums => ({
  uploads: sums.uploads + 1,
  bytes: sums.bytes + upload.bytes,
  rejected: sums.rejected + (findings.some(({ severity }) => severity === 'error') ? 1 : 0),
})

function sentenceOf(stream: string, { upload, findings }: JudgedUpload): string {
  const { path, bytes, whole, sender } = upload
  const name = /(?:^|, ?)CN=([^,]*)/.exec(sender.device?.subject ?? '')?.[1]
  const from = sender.device ? (name ?? sender.device.fingerprint.slice(0, 12)) : 'no certificate'
  const verdict = whole ? verdictOf(findings) : `cut off; ${verdictOf(findings)}`
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
