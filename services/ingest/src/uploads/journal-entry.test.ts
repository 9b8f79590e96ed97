import { equal } from 'node:assert/strict'
import { isJournalEntry } from './journal-entry.ts'

const upload = {
  ...{ id: 'a', path: 'x.m4s', method: 'PUT', startedAt: 't', receivedAt: 't', bytes: 1, sha256: 'aa' },
  ...{ whole: true, kind: 'segment', sender: { headers: ['host', 'localhost'] } },
}

describe('isJournalEntry', () => {
  for (const line of [
    { kind: 'upload', id: 'a', upload },
    { kind: 'stream-created', id: 'a', at: 't', interface: 'dash' },
    { kind: 'tracks-expected', id: 'a', at: 't', names: ['video'] },
    { kind: 'object-deleted', id: 'a', at: 't', path: 'x.m4s' },
    { kind: 'uploads-removed', id: 'a', at: 't', session: null, uploads: ['b'], reason: 'age' },
    { kind: 'of a later version', id: 'a', at: 't' },
  ])
    it(`takes ${line.kind}`, () => equal(isJournalEntry(line), true))

  for (const line of [
    ...[null, 7, 'text', [], {}],
    { kind: 'upload', id: 'a', upload: null },
    { kind: 'upload', id: 'a', upload: { ...upload, path: 7 } },
    { kind: 'upload', id: 'a', upload: { ...upload, bytes: '1' } },
    { kind: 'upload', id: 'a', upload: { ...upload, sender: { headers: [1] } } },
    { kind: 'upload', id: 'a', upload: { ...upload, sender: { headers: [], device: { subject: 'CN=a' } } } },
    { kind: 'upload', id: 'a', upload: { ...upload, sender: { headers: [], device: 7 } } },
    { kind: 'upload', id: 'a', upload: { ...upload, part: { from: 0 } } },
    { kind: 'object-deleted', id: 'a', at: 't' },
    { kind: 'uploads-removed', id: 'a', at: 't', session: null, reason: 'age' },
    { kind: 'tracks-expected', id: 'a', at: 't', names: 'video' },
    { kind: 'stream-created', id: 'a', interface: 'dash' },
    { id: 'a', at: 't' },
  ])
    it(`passes over ${JSON.stringify(line)}`, () => equal(isJournalEntry(line), false))
})
