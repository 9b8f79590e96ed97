import type { ServerEvent } from '@pushav/shared/events.ts'
import type { Backlog } from '../../probes/ports.ts'
import type { RefusalRecord, Refusals } from '../../refusals/refusals.ts'
import type { StreamReads, StreamSummaryNow } from '../../streams/read-streams.ts'
import { createStateSource, type StateMessage, type StateSource } from './state-source.ts'

/** All streams as they stand. */
export interface ServerNow {
  readonly isIndexAway: boolean
  /** Streams that changed, or the newest. */
  readonly summaries: readonly StreamSummaryNow[]
  /** Ids. */
  readonly deleted: readonly string[]
  /** Refused handshakes that are new or were repeated, newest first. */
  readonly refused: readonly RefusalRecord[]
  /** Null while the queue cannot be read. */
  readonly backlog: Backlog | null
}

export interface ServerStateSource extends Pick<StateSource<ServerChanges, ServerNow>, 'watch' | 'size'> {
  onEvent(event: ServerEvent): void
  /** Events may have been missed. */
  onGap(): void
}

interface ServerChanges {
  /** Ids; null for the newest of all. */
  streams: Set<string> | null
  deleted: Set<string>
  /** Unix time after which refusals are wanted; null for none. */
  refusedAfterMs: number | null
}

export interface ServerStateDeps {
  readonly streams: Pick<StreamReads, 'newestSummaries' | 'summariesOf'>
  readonly refusals: Pick<Refusals, 'newest'>
  readonly backlog: () => Promise<Backlog>
}

const everyMs = 500
const maxStreams = 200
const maxRefusals = 50

/** The state of the whole server, twice a second at most. */
export function createServerStateSource({ streams, refusals, backlog }: ServerStateDeps): ServerStateSource {
  const source = createStateSource<ServerChanges, ServerNow>({
    everyMs,
    everything: () => ({ streams: null, deleted: new Set(), refusedAfterMs: 0 }),
    nothing: () => ({ streams: new Set(), deleted: new Set(), refusedAfterMs: null }),
    merge(into, from) {
      for (const stream of from.streams ?? []) addStream(into, stream)
      if (from.streams === null) into.streams = null
      for (const stream of from.deleted) into.deleted.add(stream)
      if (from.refusedAfterMs !== null) addRefusal(into, from.refusedAfterMs)
    },
    messagesFor,
  })
  return {
    watch: source.watch,
    size: source.size,
    onEvent: (event) => source.change((changes) => note(changes, event)),
    onGap: () => source.change((changes) => Object.assign(changes, { streams: null, refusedAfterMs: 0 })),
  }

  async function messagesFor(all: readonly ServerChanges[]): Promise<readonly StateMessage<ServerNow>[]> {
    const waiting = await backlog().catch(() => null)
    try {
      const wanted = new Set(all.flatMap(({ streams }) => [...(streams ?? [])]))
      const [newest, changed, refused] = await Promise.all([
        all.some(({ streams }) => streams === null) ? streams.newestSummaries(maxStreams) : [],
        streams.summariesOf([...wanted]),
        all.some(({ refusedAfterMs }) => refusedAfterMs !== null) ? refusals.newest(maxRefusals) : [],
      ])
      return all.map(({ streams, deleted, refusedAfterMs }) => {
        const summaries = streams ? changed.filter(({ stream }) => streams.has(stream.id)) : newest
        const after = refusedAfterMs ?? Number.POSITIVE_INFINITY
        const news = refused.filter(({ at }) => Date.parse(at) >= after)
        return messageOf({
          summaries,
          deleted: [...deleted],
          refused: news,
          backlog: waiting,
          isIndexAway: false,
        })
      })
    } catch {
      const away = { summaries: [], deleted: [], refused: [], backlog: waiting, isIndexAway: true }
      return all.map(() => messageOf(away))
    }
  }
}

const messageOf = (message: ServerNow): StateMessage<ServerNow> => ({
  message,
  isWhole: !message.isIndexAway,
  isLast: false,
})

function note(changes: ServerChanges, event: ServerEvent): void {
  if (event.kind === 'handshake-refused') addRefusal(changes, Date.parse(event.at))
  else if (event.kind === 'stream-deleted') changes.deleted.add(event.stream)
  else addStream(changes, event.stream)
}

function addStream(changes: ServerChanges, stream: string): void {
  changes.streams?.add(stream)
  if ((changes.streams?.size ?? 0) > maxStreams) changes.streams = null
}

function addRefusal(changes: ServerChanges, atMs: number): void {
  changes.refusedAfterMs = Math.min(changes.refusedAfterMs ?? atMs, atMs)
}
