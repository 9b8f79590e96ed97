import type { InFlightResponse } from '@pushav/shared/api/state.ts'
import type { StreamEvent } from '@pushav/shared/events.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { StreamReads, StreamSummaryNow } from '../../streams/read-streams.ts'
import type { SessionView } from '../../streams/session-view.ts'
import { type LogEntry, noFilter, type ReadUploadLog } from '../../streams/upload-log.ts'
import type { InFlightUploads } from '../../uploads/in-flight.ts'
import { createInFlightView } from './in-flight-view.ts'
import { createStateSource, type StateMessage, type StateSource } from './state-source.ts'

/** A stream as it stands. */
export interface StreamNow {
  /** The newest that could be read; null before the first. */
  readonly summary: StreamSummaryNow | null
  /** Whether the index could be read for this message. */
  readonly isIndexAway: boolean
  readonly isDeleted: boolean
  readonly inFlight: readonly InFlightResponse[]
  /** Sessions that changed, or the newest. */
  readonly sessions: readonly SessionView[]
  /** Uploads since the message before, where they are few. */
  readonly rows: readonly LogEntry[]
  /** Outcomes of probes, by upload. */
  readonly probed: ReadonlyMap<string, ProbedState>
}

type ProbedState = Extract<StreamEvent, { kind: 'upload-probed' }>['state']

export interface StreamStateSource extends Pick<StateSource<StreamChanges, StreamNow>, 'watch' | 'size'> {
  onEvent(event: StreamEvent): void
  /** Events may have been missed. */
  onGap(): void
}

interface StreamChanges {
  /** Ids; null for the newest of all. */
  sessions: Set<string> | null
  probed: Map<string, ProbedState>
}

export interface StreamStateDeps {
  readonly streams: Pick<StreamReads, 'assertExists' | 'summary' | 'sessionViews' | 'sessionViewsOf'>
  readonly readUploadLog: ReadUploadLog
  readonly inFlight: Pick<InFlightUploads, 'of'>
  readonly now: () => Date
}

const everyMs = 200
const maxSessions = 200
/** How many probe results wait for a watcher; the oldest beyond these are dropped. */
const maxProbed = 1_000
/** Uploads that a message brings along. Of more, watchers read those that they show. */
const maxRows = 100

/** The state of one stream, five times a second at most. */
export function createStreamStateSource(stream: string, deps: StreamStateDeps): StreamStateSource {
  const { streams, readUploadLog, inFlight, now } = deps
  const view = createInFlightView(now)
  let summary: StreamSummaryNow | null = null
  let isDeleted = false
  /** Uploads at the time of the message before. */
  let sentUploads: number | null = null
  const source = createStateSource<StreamChanges, StreamNow>({
    everyMs,
    everything: () => ({ sessions: null, probed: new Map() }),
    nothing: () => ({ sessions: new Set(), probed: new Map() }),
    merge(into, { sessions, probed }) {
      for (const session of sessions ?? []) addSession(into, session)
      if (sessions === null) into.sessions = null
      for (const [upload, state] of probed) addProbed(into, upload, state)
    },
    messagesFor,
  })
  return {
    watch: source.watch,
    size: source.size,
    onEvent(event) {
      view.onEvent(event)
      if (event.kind === 'stream-deleted') isDeleted = true
      source.change((changes) => note(changes, event))
    },
    onGap: () => source.change((changes) => Object.assign(changes, { sessions: null })),
  }

  function note(changes: StreamChanges, event: StreamEvent): void {
    if (event.kind === 'upload-probed') addProbed(changes, event.upload, event.state)
    else if ('session' in event && event.session !== null) addSession(changes, event.session)
  }

  async function messagesFor(all: readonly StreamChanges[]): Promise<readonly StateMessage<StreamNow>[]> {
    if (isDeleted) return all.map((changes) => messageOf(changes, { sessions: [], rows: [] }, false))
    try {
      const wanted = new Set(all.flatMap(({ sessions }) => [...(sessions ?? [])]))
      const isNewestWanted = all.some(({ sessions }) => sessions === null)
      const [read, newest, changed] = await Promise.all([
        streams.summary(stream),
        isNewestWanted ? streams.sessionViews(stream, 0, maxSessions) : null,
        streams.sessionViewsOf(stream, [...wanted]),
      ])
      const isFirst = all.every(({ sessions }) => sessions === null)
      const rows = isFirst ? [] : await readNewRows(read.totals.uploads)
      if (!isFirst || sentUploads === null) sentUploads = read.totals.uploads
      summary = read
      return all.map(
        shareEqual((changes) => {
          const { sessions } = changes
          const views = sessions ? changed.filter(({ id }) => sessions.has(id)) : (newest?.sessions ?? [])
          return messageOf(changes, { sessions: views, rows }, false)
        }),
      )
    } catch {
      isDeleted ||= await isGone()
      return all.map((changes) => messageOf(changes, { sessions: [], rows: [] }, !isDeleted))
    }
  }

  /** Whether the stream was deleted before its events were received. */
  async function isGone(): Promise<boolean> {
    try {
      await streams.assertExists(stream)
      return false
    } catch (error) {
      return error instanceof Refusal && error.code === 'stream-unknown'
    }
  }

  /** Read and encoded once for all watchers, who need not ask. One who was late asks for what is missing. */
  async function readNewRows(uploads: number): Promise<readonly LogEntry[]> {
    const limit = sentUploads === null ? 0 : uploads - sentUploads
    if (sentUploads === null || limit <= 0 || limit > maxRows) return []
    const place = { kind: 'position', position: sentUploads } as const
    const page = await readUploadLog(stream, { limit, uploadsPerRead: limit, place, filter: noFilter })
    return (await Array.fromAsync(page.entries)).flat()
  }

  function messageOf(
    { probed }: StreamChanges,
    { sessions, rows }: Pick<StreamNow, 'sessions' | 'rows'>,
    isIndexAway: boolean,
  ): StateMessage<StreamNow> {
    const listed = view.list(inFlight.of(stream))
    const message = { summary, isIndexAway, isDeleted, inFlight: listed, sessions, rows, probed }
    return { message, isWhole: !isIndexAway, isLast: isDeleted }
  }
}

/** One message for all watchers that missed the same, so that it is made and encoded once. */
function shareEqual(
  messageOf: (changes: StreamChanges) => StateMessage<StreamNow>,
): (changes: StreamChanges) => StateMessage<StreamNow> {
  const made = new Map<string, StateMessage<StreamNow>>()
  return (changes) => {
    const key = `${changes.sessions && [...changes.sessions].join()} ${[...changes.probed.keys()].join()}`
    const message = made.get(key) ?? messageOf(changes)
    made.set(key, message)
    return message
  }
}

function addSession(changes: StreamChanges, session: string): void {
  changes.sessions?.add(session)
  if ((changes.sessions?.size ?? 0) > maxSessions) changes.sessions = null
}

function addProbed({ probed }: StreamChanges, upload: string, state: ProbedState): void {
  probed.set(upload, state)
  const [oldest] = probed.keys()
  if (probed.size > maxProbed && oldest !== undefined) probed.delete(oldest)
}
