import type { Logger } from '@pushav/shared/logger.ts'
import type { JournalLine } from './ports.ts'
import { withoutCredentials } from './sender-headers.ts'
import type { JournalEntry } from './upload.ts'

/**
 * Whether a line has what the index reads. One that a crash or a bad disk has damaged must not keep the index from
 * those behind it; lines of kinds that this version does not know may pass, because the index passes over them.
 */
export function isJournalEntry(line: unknown): line is JournalEntry {
  if (!hasTexts(line, ['kind', 'id'])) return false
  if (line.kind === 'upload') return isUpload(line.upload)
  if (!hasTexts(line, ['at'])) return false
  if (line.kind === 'object-deleted') return hasTexts(line, ['path'])
  if (line.kind === 'uploads-removed') return areTexts(line.uploads)
  if (line.kind === 'tracks-expected') return areTexts(line.names)
  return line.kind !== 'stream-created' || hasTexts(line, ['interface'])
}

const uploadTexts = ['id', 'path', 'method', 'startedAt', 'receivedAt', 'sha256', 'kind']

function isUpload(upload: unknown): boolean {
  if (!hasTexts(upload, uploadTexts)) return false
  const { bytes, whole, sender, part } = upload
  if (typeof bytes !== 'number' || typeof whole !== 'boolean') return false
  if (!isObject(sender) || !areTexts(sender.headers)) return false
  const { device } = sender
  const hasDevice = device == null || hasTexts(device, ['fingerprint', 'subject'])
  return hasDevice && (part === undefined || hasTexts(part, ['of']))
}

function hasTexts(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return isObject(value) && names.every((name) => typeof value[name] === 'string')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const areTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/** The entries of whole journal lines that begin at a byte offset; damaged ones are passed over and logged. */
export function linesIn(text: Buffer, from: number, log: Pick<Logger, 'warn'>): JournalLine[] {
  const lines: JournalLine[] = []
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start) + 1
    const entry = entryIn(text.toString('utf8', start, end - 1), log)
    if (entry) lines.push({ entry, end: from + end })
    start = end
  }
  return lines
}

function entryIn(line: string, log: Pick<Logger, 'warn'>): JournalEntry | null {
  if (line === '') return null
  try {
    const parsed: unknown = JSON.parse(line)
    if (isJournalEntry(parsed)) return withoutCredentials(parsed)
  } catch {
    // A line that a crash cut off is no JSON.
  }
  log.warn({ bytes: line.length }, 'passed over a damaged journal line')
  return null
}
