import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createLogger } from '@pushav/shared/logger.ts'
import { type FoldInput, fold } from '../../../services/ingest/src/indexing/fold.ts'
import { mergeJournals } from '../../../services/ingest/src/indexing/merge-journals.ts'
import type { Cursors } from '../../../services/ingest/src/indexing/ports.ts'
import { requirementsOf } from '../../../services/ingest/src/indexing/requirements.ts'
import { noTotals } from '../../../services/ingest/src/indexing/totals.ts'
import type { Random } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'
import { diskJournals } from '../../../services/ingest/src/uploads/disk/journal-files.ts'
import type { JournalEntry } from '../../../services/ingest/src/uploads/upload.ts'
import { initialState } from '../../../services/ingest/src/validation/state.ts'
import { mutatedBytes } from '../mutated-bytes.ts'
import type { Target } from './target.ts'

const stream = '1'
const names = ['one.ndjson', 'two.ndjson']

/** Inputs are damaged journals of two instances, from which an index is rebuilt. */
export async function journalTarget(): Promise<Target & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'fuzz-journal-'))
  const folder = join(directory, 'journals', stream)
  await mkdir(folder, { recursive: true })
  const log = createLogger('fuzz', 'error', new PassThrough().resume())
  const journals = await diskJournals(directory, 'reader', log)
  return { run, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }

  async function run(random: Random): Promise<string> {
    for (const name of names) {
      const text = damaged(Buffer.from(linesOf(name)), random)
      await writeFile(join(folder, name), text)
    }
    const faults: unknown[] = []
    let known: FoldInput = nothing
    let count = 0
    for (let cursors: Cursors = {}, passes = 0; ; passes++) {
      const lines = await mergeJournals(journals, stream, names, cursors, new Map())
      if (lines.entries.length === 0) break
      if (passes > 2 * names.length * lineCount) throw new Error('the journals have no end')
      cursors = lines.cursors
      count += lines.entries.length
      requirementsOf(lines.entries).sessionKeys(known.state.order)
      const folded = fold(stream, known, lines.entries, {
        inspectionOf: () => null,
        idleMs: 60_000,
        onFault: (_upload, error) => void faults.push(error),
      })
      JSON.stringify(folded.events)
      known = folded
    }
    if (faults.length > 0) throw faults[0]
    return count === names.length * lineCount ? 'whole' : 'in part'
  }
}

/** Changes any bytes, or else replaces one value by one of another type, so that the line stays valid JSON. */
function damaged(text: Buffer, random: Random): Buffer {
  if (random(2)) return mutatedBytes(text, random)
  const places = [...String(text).matchAll(/:("[^"]*"|\d+|true|null|\[|\{)/g)]
  const place = places[random(places.length)]
  const value = ['null', '7', '"x"', '[]', '{}', 'true', '-1e99', '""'][random(8)]
  if (!place?.[1] || /[[{]/.test(place[1])) return mutatedBytes(text, random)
  const at = place.index + 1
  return Buffer.from(`${String(text).slice(0, at)}${value}${String(text).slice(at + place[1].length)}`)
}

const nothing: FoldInput = {
  stream: null,
  inits: [],
  state: initialState,
  objects: new Map(),
  totals: noTotals,
  folders: new Map(),
}

const lineCount = 7

function linesOf(journal: string): string {
  const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`
  const sender = {
    address: '127.0.0.1',
    port: 4,
    tlsVersion: 'TLSv1.3',
    cipher: 'x',
    alpn: null,
    httpVersion: '1.1',
    headers: ['host', 'localhost'],
    device: null,
  }
  const upload = (second: number, path: string, kind: 'init' | 'segment' | 'mpd'): JournalEntry => {
    const id = `${journal}-${second}`
    const times = { startedAt: at(second), receivedAt: at(second) }
    const facts = { id, path, method: 'PUT', ...times, bytes: 5, sha256: 'aa', whole: true, kind, sender }
    return { kind: 'upload', id, upload: facts }
  }
  const removal: JournalEntry = {
    kind: 'uploads-removed',
    id: `${journal}-6`,
    at: at(6),
    session: null,
    uploads: [`${journal}-4`],
    reason: 'age',
  }
  const entries: readonly JournalEntry[] = [
    {
      kind: 'stream-created',
      id: `${journal}-0`,
      at: at(0),
      interface: 'cmaf-ingest',
      strict: false,
      creator: null,
    },
    { kind: 'tracks-expected', id: `${journal}-1`, at: at(1), names: ['video'] },
    upload(2, 'session_1/index.mpd', 'mpd'),
    upload(3, 'session_1/video/video.init', 'init'),
    upload(4, 'session_1/video/segment_1001.m4s', 'segment'),
    { kind: 'object-deleted', id: `${journal}-5`, at: at(5), path: 'session_1/video/segment_1001.m4s' },
  ]
  return [...entries, removal].map((entry) => `${JSON.stringify(entry)}\n`).join('')
}
