import { equal } from 'node:assert/strict'
import { isAccepted } from './finding.ts'
import {
  dynamicMpd,
  finalPlaylist,
  hlsSegment,
  init,
  initialPlaylist,
  multivariant,
  other,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from './testing/arrivals.ts'

/** What may come. */
type Move = 'open' | 'static' | 'init' | 'segment' | 'skip' | 'empty' | 'final' | 'foreign' | 'misplaced'
type Phase = 'none' | 'playlist' | 'init' | 'segments' | 'completed'

interface Model {
  readonly session: 'none' | 'open'
  readonly track: Phase
  readonly count: number
}

const before: Model = { session: 'none', track: 'none', count: 0 }

/** The reference's rules, one row each: in this state this move is accepted and leads to that state. */
const rules: Record<'dash' | 'hls', Partial<Record<Move, (model: Model) => Model | null>>> = {
  dash: {
    open: (model) => (model.count === 0 ? { ...model, session: 'open' } : null),
    init: (model) =>
      model.session === 'open' && model.track === 'none' ? { ...model, track: 'init' } : null,
    segment: advance,
    static: (model) =>
      model.session === 'open' && model.count > 0 ? { ...model, track: 'completed' } : null,
  },
  hls: {
    open: (model) => (model.count === 0 ? { ...model, session: 'open' } : null),
    empty: (model) =>
      model.session === 'open' && model.track === 'none' ? { ...model, track: 'playlist' } : null,
    init: (model) => (model.track === 'playlist' ? { ...model, track: 'init' } : null),
    segment: advance,
    final: (model) => (model.track === 'segments' ? { ...model, track: 'completed' } : null),
  },
}

function advance(model: Model): Model | null {
  if (model.track !== 'init' && model.track !== 'segments') return null
  return { ...model, track: 'segments', count: model.count + 1 }
}

function objectOf(ingest: 'dash' | 'hls', move: Move, model: Model, at: number): TestObject {
  const number = 1001 + model.count
  const unique = { sha256: `${at}` }
  const objects: Record<Move, TestObject> = {
    open: ingest === 'dash' ? dynamicMpd() : multivariant(2),
    static: staticMpd(),
    init: init(),
    segment: ingest === 'dash' ? segment(number) : hlsSegment(number),
    skip: segment(number + 1, {}, { headers: ['x-extinf-duration', '4'] }),
    empty: initialPlaylist(),
    final: finalPlaylist(1),
    foreign: ingest === 'dash' ? initialPlaylist() : staticMpd(),
    misplaced: other('session_1/video/x/segment_1001.m4s'),
  }
  return { ...objects[move], ...unique }
}

/** Moves on which this server differs on purpose, in the states where it does. */
function isDifference(ingest: 'dash' | 'hls', move: Move, { track, count }: Model): boolean {
  // Another init segment behind segment 1002: the camera has restarted.
  if (move === 'init' && count > 1) return true
  if (ingest === 'dash') return track === 'completed' && (move === 'static' || move === 'open')
  return (move === 'empty' && track !== 'none') || (move === 'final' && track === 'completed')
}

const moves: readonly Move[] = [
  'open',
  'static',
  'init',
  'segment',
  'skip',
  'empty',
  'final',
  'foreign',
  'misplaced',
]

describe('validation against the rules of the reference', () => {
  for (const ingest of ['dash', 'hls'] as const) {
    it(`agrees up to the first flaw of every order of up to seven objects (${ingest})`, () => {
      let count = 0
      explore(before, [], 0)
      equal(count > 300, true)

      function explore(model: Model, sent: readonly TestObject[], flawless: number): void {
        if (flawless > 6) return
        for (const move of moves) {
          if (isDifference(ingest, move, model)) continue
          const next = rules[ingest][move]?.(model) ?? null
          const objects = [...sent, objectOf(ingest, move, model, sent.length)]
          const last = validateInOrder(streamOf(ingest), objects).verdicts.at(-1)
          const story = objects
            .map(({ path, inspection }) => `${path} ${inspection?.mpd?.type ?? ''}`)
            .join(', ')
          equal(
            isAccepted(last?.findings ?? []),
            next !== null,
            `${story}: ${JSON.stringify(last?.findings)}`,
          )
          count += 1
          if (next) explore(next, objects, flawless + 1)
        }
      }
    })
  }
})
