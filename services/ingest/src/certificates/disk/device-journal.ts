import { appendFile } from 'node:fs/promises'
import { privateFileMode } from '../../lib/disk/file-modes.ts'
import type { DeviceJournal, DeviceJournalEntry } from '../ports.ts'
import { readIfExists } from './staged-file.ts'

/** One JSON line for each entry. A line that a crash cut off is skipped and does not spoil the next one. */
export async function diskDeviceJournal(file: string): Promise<DeviceJournal> {
  let isWhole = /(^|\n)$/.test((await readIfExists(file)) ?? '')
  return {
    async append(entry) {
      const line = `${isWhole ? '' : '\n'}${JSON.stringify(entry)}\n`
      isWhole = false
      await appendFile(file, line, { mode: privateFileMode, flush: true })
      isWhole = true
    },
    async read() {
      const lines = ((await readIfExists(file)) ?? '').split('\n')
      return lines.map(parse).filter((entry) => entry !== null)
    },
  }
}

/** The cast is safe: whole lines in this file were written by `append`. */
function parse(line: string): DeviceJournalEntry | null {
  try {
    return JSON.parse(line) as DeviceJournalEntry
  } catch {
    return null
  }
}
