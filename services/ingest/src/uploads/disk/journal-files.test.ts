import { deepEqual, equal } from 'node:assert/strict'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import type { JournalLines } from '../ports.ts'
import type { JournalEntry } from '../upload.ts'
import { diskJournals } from './journal-files.ts'

const log = createLogger('test', 'error')
const entriesOf = ({ lines }: JournalLines): readonly JournalEntry[] => lines.map(({ entry }) => entry)
const deleted = (path: string): JournalEntry => ({
  kind: 'object-deleted',
  id: path,
  at: '2026-01-01T00:00:00.000Z',
  path,
})

describe('diskJournals', () => {
  it('gives 32 streams created at once by two processes 32 ids, from 1', async () => {
    await using directory = await temporaryDirectory()
    const one = await diskJournals(directory.path, 'one', log)
    const two = await diskJournals(directory.path, 'two', log)
    const made = await Promise.all(Array.from({ length: 32 }, (_, i) => (i % 2 ? one : two).create()))
    deepEqual(
      made.map(Number).sort((a, b) => a - b),
      Array.from({ length: 32 }, (_, i) => i + 1),
    )
  })

  it('reads on from where it was', async () => {
    await using directory = await temporaryDirectory()
    const journals = await diskJournals(directory.path, 'one', log)
    const stream = await journals.create()
    await journals.append(stream, deleted('a'))
    const first = await journals.read(stream, journals.own, 0)
    await journals.append(stream, deleted('b'))
    const second = await journals.read(stream, journals.own, first.next)
    deepEqual([entriesOf(first), entriesOf(second)], [[deleted('a')], [deleted('b')]])
    deepEqual(await journals.read(stream, journals.own, second.next), {
      lines: [],
      next: second.next,
      isEnd: true,
    })
  })

  it('passes over a line that a crash tore off and loses none after it', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'journals', '1', 'one.ndjson')
    {
      const journals = await diskJournals(directory.path, 'one', log)
      await journals.append(await journals.create(), deleted('a'))
    }
    await appendFile(file, '{"kind":"object-del')
    const journals = await diskJournals(directory.path, 'one', log)
    await journals.append('1', deleted('b'))
    deepEqual(entriesOf(await journals.read('1', journals.own, 0)), [deleted('a'), deleted('b')])
    equal((await readFile(file, 'utf8')).split('\n').length, 4)
  })

  it('says where each line ends, so that reading can go on between two of them', async () => {
    await using directory = await temporaryDirectory()
    const journals = await diskJournals(directory.path, 'one', log)
    const stream = await journals.create()
    for (const path of ['a', 'ä', 'c']) await journals.append(stream, deleted(path))
    const { lines } = await journals.read(stream, journals.own, 0)
    const rest = await Promise.all(lines.map(({ end }) => journals.read(stream, journals.own, end)))
    deepEqual(rest.map(entriesOf), [[deleted('ä'), deleted('c')], [deleted('c')], []])
  })

  it('never gives the id of a removed stream again, also when the removal was cut off', async () => {
    await using directory = await temporaryDirectory()
    const journals = await diskJournals(directory.path, 'one', log)
    const stream = await journals.create()
    await journals.append(stream, deleted('a'))
    await journals.remove(stream)
    deepEqual(
      [await journals.has(stream), await journals.streams(), await journals.of(stream)],
      [false, [], []],
    )
    deepEqual(await journals.beingRemoved(), [stream])
    await journals.removed(stream)
    deepEqual(await journals.beingRemoved(), [])
    equal(await journals.create(), '2')
  })

  it('finds what another instance made and removed since it last looked', async () => {
    await using directory = await temporaryDirectory()
    const one = await diskJournals(directory.path, 'one', log)
    const two = await diskJournals(directory.path, 'two', log)
    equal(await one.create(), '1')
    deepEqual([await two.create(), await two.create()], ['2', '3'])
    await two.remove('2')
    equal(await one.create(), '4')
  })

  it('knows streams by their ids only', async () => {
    await using directory = await temporaryDirectory()
    const journals = await diskJournals(directory.path, 'one', log)
    await journals.create()
    deepEqual(await Promise.all(['1', '01', '2', '', '..', 'x', '1/..'].map((id) => journals.has(id))), [
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
