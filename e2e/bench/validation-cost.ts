import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type FoldResult, fold } from '../../services/ingest/src/indexing/fold.ts'
import { noTotals } from '../../services/ingest/src/indexing/totals.ts'
import type { Inspection } from '../../services/ingest/src/media/inspection.ts'
import { createInspector } from '../../services/ingest/src/media/isobmff/inspector.ts'
import type { JournalEntry } from '../../services/ingest/src/uploads/upload.ts'
import { defaultIdleMs } from '../../services/ingest/src/validation/idle-sessions.ts'
import { initialState } from '../../services/ingest/src/validation/state.ts'
import {
  arrivalsOf,
  dynamicMpd,
  init,
  segment,
  streamOf,
  type TestObject,
} from '../../services/ingest/src/validation/testing/arrivals.ts'
import { mustRun } from '../server/run.ts'

// Measures the cost of inspecting and validating an upload, beside that of its hash, which is needed anyway.
// Run by hand: node e2e/bench/validation-cost.ts

const pieceBytes = 65_536
const mebibyte = 2 ** 20
const rounds = 400

interface Row {
  readonly what: string
  /** Median of all rounds by the clock. */
  readonly 'median µs': number
  /** Mean over all rounds, in processor time of this thread. */
  readonly 'mean CPU µs': number
}

/** Times a piece of work in many rounds. */
function time(what: string, work: () => void): Row {
  for (let round = 0; round < rounds / 4; round++) work()
  const times: number[] = []
  const before = process.threadCpuUsage()
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    work()
    times.push((performance.now() - start) * 1_000)
  }
  const { user, system } = process.threadCpuUsage(before)
  const median = times.sort((a, b) => a - b)[rounds / 2] ?? 0
  return { what, 'median µs': rounded(median), 'mean CPU µs': rounded((user + system) / rounds) }
}

const rounded = (value: number): number => Number(value.toFixed(1))

/** Makes an init segment and a second of H.264 at 8 Mbit/s, of at most about one MiB. */
async function makeSegment(flags: string): Promise<Buffer> {
  await using directory = await temporaryDirectory()
  const input = '-f lavfi -i testsrc2=s=1280x720:r=30,noise=alls=60:allf=t -t 1 -pix_fmt yuv420p'
  const codec = '-c:v libx264 -preset ultrafast -g 30 -b:v 8400k -minrate 8400k -maxrate 8400k -bufsize 2M'
  const file = join(directory.path, 'segment.mp4')
  const args = `-v error -nostdin ${input} ${codec} -f mp4 -movflags +cmaf+delay_moov+skip_trailer${flags}`
  await mustRun('ffmpeg', [...args.split(' '), file])
  return await readFile(file)
}

function inPieces(bytes: Buffer, add: (piece: Buffer) => void): void {
  for (let at = 0; at < bytes.length; at += pieceBytes) add(bytes.subarray(at, at + pieceBytes))
}

function hashing(bytes: Buffer): void {
  const hash = createHash('sha256')
  inPieces(bytes, (piece) => hash.update(piece))
  hash.digest('hex')
}

function inspecting(bytes: Buffer): void {
  const inspector = createInspector()
  inPieces(bytes, (piece) => inspector.add(piece))
  inspector.result()
}

/** The state of a session after its MPD, its init segments and first segments. */
function sessionOf(tracks: number): { readonly known: FoldResult; readonly next: readonly Judging[] } {
  const names = Array.from({ length: tracks }, (_, at) => `track${at}`)
  const segments = (nth: number) => names.map((name) => segment(1_000 + nth, {}, {}, name))
  const before = judgingsOf([dynamicMpd(), ...names.map((name) => init({}, {}, name)), ...segments(1)])
  const start: FoldResult = {
    stream: streamOf('dash'),
    inits: [],
    state: initialState,
    objects: new Map(),
    totals: noTotals,
    folders: new Map(),
    folderDeltas: new Map(),
    events: [],
    jobs: [],
    replaced: [],
  }
  const known = before.reduce(judged, start)
  return { known: { ...known, events: [], jobs: [] }, next: judgingsOf(segments(2)) }
}

interface Judging {
  readonly entry: JournalEntry
  readonly inspection: Inspection | null
}

const judgingsOf = (objects: readonly TestObject[]): Judging[] =>
  [...arrivalsOf(objects)].map(({ upload, inspection }) => ({
    entry: { kind: 'upload', id: upload.id, upload: { ...upload, kind: inspection?.kind ?? 'other' } },
    inspection,
  }))

const judged = (known: FoldResult, { entry, inspection }: Judging): FoldResult =>
  fold('1', known, [entry], {
    inspectionOf: () => inspection,
    idleMs: defaultIdleMs,
    onFault: () => undefined,
  })

function judging(tracks: number): Row[] {
  const { known, next } = sessionOf(tracks)
  let turn = 0
  return [
    time(`fold and judge, session of ${tracks} tracks`, () => {
      const one = next[turn++ % next.length]
      if (one) judged(known, one)
    }),
    time(`  its state to JSON and back (${JSON.stringify(known.state).length} characters)`, () =>
      JSON.parse(JSON.stringify(known.state)),
    ),
  ]
}

const whole = await makeSegment('+frag_keyframe')
const chunked = await makeSegment('+frag_every_frame')
const mib = (bytes: Buffer): string => `${(bytes.length / mebibyte).toFixed(2)} MiB`

console.table([
  time(`SHA-256 of ${mib(whole)}`, () => hashing(whole)),
  time(`inspect ${mib(whole)}, one chunk`, () => inspecting(whole)),
  time(`inspect ${mib(chunked)}, 30 chunks`, () => inspecting(chunked)),
  ...[8, 128].flatMap(judging),
])
