import { deepEqual, equal } from 'node:assert/strict'
import type { LogEntry } from '../streams/upload-log.ts'
import { zipUploadsOf } from './zip-entries.ts'

/** Uploads in this order; the ids are `x1`, `x2` and so on. */
const namesOf = (...paths: string[]): readonly string[] =>
  zipUploadsOf(paths.map((path, at) => ({ upload: { path, id: `x${at + 1}` } }) as LogEntry)).map(
    ({ name }) => name.slice('uploads/'.length),
  )

/** As a disk sees them that tells neither upper and lower case nor the ways to write an accent apart. */
const onDisk = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase()

describe('names in a zip', () => {
  it('are the path for the newest upload, and have its id for earlier ones', () => {
    deepEqual(namesOf('a', 'b', 'a'), ['a~x1', 'b', 'a'])
  })

  it('differ where paths differ in case or in the form of Unicode alone', () => {
    for (const [one, other] of [
      ['a/B', 'A/b'],
      ['caf\u00e9', 'cafe\u0301'],
      ['\u017f', 's'],
      ['\u212a', 'k'],
    ] as const) {
      const names = namesOf(one, other)
      equal(new Set(names.map(onDisk)).size, 2, `${names}`)
    }
  })

  it('differ where a device uploads to the very name that an earlier upload gets', () => {
    deepEqual(namesOf('a', 'a', 'a~x1'), ['a~~x1', 'a', 'a~x1'])
    deepEqual(namesOf('a', 'a', 'A~X1', 'a~~x1'), ['a~~~x1', 'a', 'A~X1', 'a~~x1'])
  })

  it('are no folder of another', () => {
    deepEqual(namesOf('a', 'a/b'), ['a~x1', 'a/b'])
    deepEqual(namesOf('a', 'a', 'a~x1/b'), ['a~~x1', 'a', 'a~x1/b'])
  })
})
