import { deepEqual } from 'node:assert/strict'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import type { DeviceJournalEntry } from '../ports.ts'
import { diskDeviceJournal } from './device-journal.ts'

const issued = (serial: string): DeviceJournalEntry => ({
  event: 'issued',
  at: '2026-11-22T12:00:00.000Z',
  name: 'dev',
  serial,
  notAfter: '2027-11-22T12:00:00.000Z',
})

describe('diskDeviceJournal', () => {
  it('is empty before the first entry, and keeps entries in order from one life to the next', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'journal.ndjson')
    const first = await diskDeviceJournal(file)
    deepEqual(await first.read(), [])
    await first.append(issued('1'))
    await (await diskDeviceJournal(file)).append(issued('2'))
    deepEqual(await first.read(), [issued('1'), issued('2')])
  })

  it('loses no entry to a line that a crash cut off', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'journal.ndjson')
    await (await diskDeviceJournal(file)).append(issued('1'))
    await appendFile(file, '{"event":"revo')
    const later = await diskDeviceJournal(file)
    await later.append(issued('2'))
    await later.append(issued('3'))
    deepEqual(await later.read(), [issued('1'), issued('2'), issued('3')])
  })
})
