/** Makes the messages of a source. `Changes` are those that were not sent to one watcher yet. */
export interface StateReader<Changes, Message> {
  /** Messages to one watcher are at least this far apart. */
  readonly everyMs: number
  /** The changes of a new watcher: everything is new. */
  everything(): Changes
  nothing(): Changes
  /** Adds changes to those of a watcher. */
  merge(into: Changes, from: Changes): void
  /** One message for each watcher's changes. `isWhole` is false where something could not be read. Never throws. */
  messagesFor(changes: readonly Changes[]): Promise<readonly StateMessage<Message>[]>
}

export interface StateMessage<Message> {
  readonly message: Message
  readonly isWhole: boolean
  /** Nothing follows. */
  readonly isLast: boolean
}

/**
 * Sends watchers the state of something: at once, then when it changed, and every five seconds. A watcher that reads
 * slowly gets fewer messages, never a queue of them; watchers that are due together share what is read for them.
 */
export interface StateSource<Changes, Message> {
  /** Records a change for all watchers. */
  change(update: (changes: Changes) => void): void
  /** To be read once; ends when the signal is given or with the last message. */
  watch(signal: AbortSignal): AsyncGenerator<Message>
  size(): number
}

const heartbeatMs = 5_000

interface Watcher<Changes, Message> {
  changes: Changes
  isChanged: boolean
  sentMs: number
  /** Set while it waits for a message. */
  deliver: ((message: StateMessage<Message> | null) => void) | null
}

export function createStateSource<Changes, Message>(
  source: StateReader<Changes, Message>,
): StateSource<Changes, Message> {
  const watchers = new Set<Watcher<Changes, Message>>()
  let timer: NodeJS.Timeout | undefined
  /** Changes since the last tick: recorded once for all watchers. */
  let news: Changes | null = null
  return { change, watch, size: () => watchers.size }

  function change(update: (changes: Changes) => void): void {
    if (watchers.size === 0) return
    news ??= source.nothing()
    update(news)
  }

  function shareNews(): void {
    if (news === null) return
    for (const watcher of watchers) {
      source.merge(watcher.changes, news)
      watcher.isChanged = true
    }
    news = null
  }

  async function* watch(signal: AbortSignal): AsyncGenerator<Message> {
    const watcher: Watcher<Changes, Message> = {
      changes: source.everything(),
      isChanged: true,
      sentMs: 0,
      deliver: null,
    }
    watchers.add(watcher)
    timer ??= setInterval(tick, source.everyMs)
    const end = () => watcher.deliver?.(null)
    signal.addEventListener('abort', end)
    try {
      while (!signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<StateMessage<Message> | null>()
        watcher.deliver = resolve
        if (watcher.sentMs === 0) void deliver([watcher])
        const next = await promise
        if (next === null) return
        yield next.message
        if (next.isLast) return
      }
    } finally {
      signal.removeEventListener('abort', end)
      watchers.delete(watcher)
      if (watchers.size === 0) stop()
    }
  }

  function stop(): void {
    timer = void clearInterval(timer)
    news = null
  }

  function tick(): void {
    shareNews()
    const now = performance.now()
    const due = [...watchers].filter(
      ({ deliver, isChanged, sentMs }) => deliver && (isChanged || now - sentMs >= heartbeatMs),
    )
    if (due.length > 0) void deliver(due)
  }

  async function deliver(due: readonly Watcher<Changes, Message>[]): Promise<void> {
    const taken = due.map((watcher) => {
      const { changes, deliver } = watcher
      Object.assign(watcher, { changes: source.nothing(), isChanged: false, sentMs: performance.now() })
      watcher.deliver = null
      return { watcher, changes, deliver }
    })
    const messages = await source.messagesFor(taken.map(({ changes }) => changes))
    for (const [i, { watcher, changes, deliver }] of taken.entries()) {
      const message = messages[i] ?? null
      if (message && !message.isWhole) {
        source.merge(watcher.changes, changes)
        watcher.isChanged = true
      }
      deliver?.(message)
    }
  }
}
