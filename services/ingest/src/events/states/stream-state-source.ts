import type { InFlightResponse } from '@pushav/shared/api/state.ts'
import type { StreamEvent } from '@pushav/shared/events.ts'
import type { StreamReads, StreamSummaryNow } from '../../streams/read-streams.ts'
import type { SessionView } from '../../streams/session-view.ts'
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
  /** Ids of uploads that were probed. */
  readonly probed: readonly string[]
}

export interface StreamStateSource extends Pick<StateSource<StreamChanges, StreamNow>, 'watch' | 'size'> {
  onEvent(event: StreamEvent): void
  /** Events may have been missed. */
  onGap(): void
}

interface StreamChanges {
  /** Ids; null for the newest of all. */
  sessions: Set<string> | null
  probed: Set<string>
}

export interface StreamStateDeps {
  readonly streams: Pick<StreamReads, 'summary' | 'sessionViews' | 'sessionViewsOf'>
  readonly inFlight: Pick<InFlightUploads, 'of'>
  readonly now: () => Date
}

const everyMs = 200
const maxSessions = 200
/** Rows in view are asked for again; of more than these the oldest are not in view. */
const maxProbed = 1_000

/** The state of one stream, five times a second at most. */
export function createStreamStateSource(stream: string, deps: StreamStateDeps): StreamStateSource {
  const { streams, inFlight, now } = deps
  const view = createInFlightView(now)
  let summary: StreamSummaryNow | null = null
  let isDeleted = false
  const source = createStateSource<StreamChanges, StreamNow>({
    everyMs,
    everything: () => ({ sessions: null, probed: new Set() }),
    nothing: () => ({ sessions: new Set(), probed: new Set() }),
    merge(into, { sessions, probed }) {
      for (const session of sessions ?? []) addSession(into, session)
      if (sessions === null) into.sessions = null
      for (const upload of probed) addProbed(into, upload)
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
    if (event.kind === 'upload-probed') addProbed(changes, event.upload)
    else if ('session' in event && event.session !== null) addSession(changes, event.session)
  }

  async function messagesFor(all: readonly StreamChanges[]): Promise<readonly StateMessage<StreamNow>[]> {
    if (isDeleted) return all.map((changes) => messageOf(changes, [], false))
    try {
      const wanted = new Set(all.flatMap(({ sessions }) => [...(sessions ?? [])]))
      const isNewestWanted = all.some(({ sessions }) => sessions === null)
      const [read, newest, changed] = await Promise.all([
        streams.summary(stream),
        isNewestWanted ? streams.sessionViews(stream, 0, maxSessions) : null,
        streams.sessionViewsOf(stream, [...wanted]),
      ])
      summary = read
      return all.map(
        shareEqual((changes) => {
          const { sessions } = changes
          const views = sessions ? changed.filter(({ id }) => sessions.has(id)) : (newest?.sessions ?? [])
          return messageOf(changes, views, false)
        }),
      )
    } catch {
      return all.map((changes) => messageOf(changes, [], true))
    }
  }

  function messageOf(
    { probed }: StreamChanges,
    sessions: readonly SessionView[],
    isIndexAway: boolean,
  ): StateMessage<StreamNow> {
    const listed = view.list(inFlight.of(stream))
    const message = { summary, isIndexAway, isDeleted, inFlight: listed, sessions, probed: [...probed] }
    return { message, isWhole: !isIndexAway, isLast: isDeleted }
  }
}

/** Watchers that missed the same are told the same: one message, which is made and encoded once. */
function shareEqual(
  messageOf: (changes: StreamChanges) => StateMessage<StreamNow>,
): (changes: StreamChanges) => StateMessage<StreamNow> {
  const made = new Map<string, StateMessage<StreamNow>>()
  return (changes) => {
    const key = `${changes.sessions && [...changes.sessions].join()} ${[...changes.probed].join()}`
    const message = made.get(key) ?? messageOf(changes)
    made.set(key, message)
    return message
  }
}

function addSession(changes: StreamChanges, session: string): void {
  changes.sessions?.add(session)
  if ((changes.sessions?.size ?? 0) > maxSessions) changes.sessions = null
}

function addProbed({ probed }: StreamChanges, upload: string): void {
  probed.add(upload)
  const [oldest] = probed
  if (probed.size > maxProbed && oldest !== undefined) probed.delete(oldest)
}
