import { deepEqual } from 'node:assert/strict'
import type { JournalEntry } from '../uploads/upload.ts'
import { arrivalsOf, initAt } from '../validation/testing/arrivals.ts'
import { requirementsOf } from './requirements.ts'

const uploadsAt = (...paths: readonly string[]): JournalEntry[] =>
  [...arrivalsOf(paths.map((path) => initAt(path)))].map(({ upload }) => ({
    kind: 'upload',
    id: upload.id,
    upload,
  }))

const deletionOf = (path: string): JournalEntry => ({ kind: 'object-deleted', id: 'd', at: '', path })

describe('requirementsOf', () => {
  it('names each path and each folder above it once', () => {
    const { places } = requirementsOf(uploadsAt('a/b/1.m4s', 'a/b/2.m4s', 'a/b/1.m4s'))
    deepEqual(places, ['a/b/1.m4s', 'a', 'a/b', 'a/b/2.m4s'])
  })

  it('needs the places of a deleted object too', () => {
    deepEqual(requirementsOf([deletionOf('v/1.m4s')]).places, ['v/1.m4s', 'v'])
  })

  it('needs the init segments of the folder of each path', () => {
    deepEqual(requirementsOf(uploadsAt('v/1.m4s', 'v/2.m4s', 'w/1.m4s')).initFolders, ['v', 'w'])
  })

  it('needs those beside a long request for one of its parts', () => {
    const { initFolders } = requirementsOf(uploadsAt('v/long.mp4.parts/u1/2.m4s'))
    deepEqual(initFolders, ['v/long.mp4.parts/u1', 'v'])
  })

  it('needs the session in the path and the one that is open', () => {
    const { sessionKeys } = requirementsOf(uploadsAt('session_2/v/1.m4s', 'session_2/v/2.m4s'))
    deepEqual(sessionKeys({ open: null, last: null }), ['2'])
    deepEqual(sessionKeys({ open: '1', last: '1' }), ['2', '1'])
    deepEqual(sessionKeys({ open: '2', last: '2' }), ['2'])
  })

  it('is nothing for the creation of a stream', () => {
    const { places, initFolders, sessionKeys } = requirementsOf([
      {
        kind: 'stream-created',
        id: 'c',
        at: '',
        interface: 'dash',
        strict: false,
        creator: null,
      } as JournalEntry,
    ])
    deepEqual([places, initFolders, sessionKeys({ open: '1', last: '1' })], [[], [], []])
  })
})
