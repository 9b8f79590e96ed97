/** Whether states arrive. `index-away`: the server's Redis is unreachable. */
export interface ConnectionStatus {
  readonly kind: 'connecting' | 'live' | 'reconnecting' | 'away' | 'gone' | 'index-away'
  /** When the last message arrived, in milliseconds since 1970. */
  readonly since: number
}

export interface Subscription {
  close(): void
}

const silenceMs = 12_000
/** How long a hidden page keeps its connection, so that a glance at another tab costs no new one. */
const hiddenMs = 10_000
const pausesMs = [500, 1_000, 2_000, 4_000, 5_000]

/**
 * Subscribes to server-sent states (`event: state`), each of which replaces the one before. Reconnects when the
 * connection breaks, is refused or falls silent, because an `EventSource` gives up after any status but 200.
 * Disconnects while the page has been hidden for a while. `isFirst` says that states before this one may have been
 * missed.
 */
export function followStates<State extends object>(
  path: string,
  onState: (state: State, isFirst: boolean) => void,
  onStatus: (status: ConnectionStatus) => void,
): Subscription {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let since = Date.now()
  let isClosed = false
  onStatus({ kind: 'connecting', since })
  open()
  onVisibility()
  // The browser may keep a page that the reader leaves, and show it again as it was.
  addEventListener('pagehide', pause)
  addEventListener('pageshow', resume)
  document.addEventListener('visibilitychange', onVisibility)
  return { close }

  function onVisibility(): void {
    clearTimeout(hiddenTimer)
    if (document.hidden) hiddenTimer = setTimeout(pause, hiddenMs)
    else resume()
  }

  function resume(): void {
    if (source === null) open()
  }

  function pause(): void {
    clearTimeout(timer)
    source?.close()
    source = null
  }

  function open(): void {
    let isFirst = true
    source = new EventSource(path)
    source.addEventListener('state', (event) => {
      failures = 0
      since = Date.now()
      const state: State = JSON.parse(event.data)
      onStatus({ kind: 'index' in state && state.index === 'away' ? 'index-away' : 'live', since })
      expectNext()
      onState(state, isFirst)
      isFirst = false
    })
    source.addEventListener('error', () => {
      isFirst = true
      if (source?.readyState === EventSource.CLOSED) again()
      else onStatus({ kind: 'reconnecting', since })
    })
    expectNext()
  }

  /** Reconnects after 12 s without a message, because a connection may be dead without an error. */
  function expectNext(): void {
    clearTimeout(timer)
    timer = setTimeout(again, silenceMs)
  }

  function again(): void {
    source?.close()
    if (isClosed) return
    onStatus({ kind: failures < 2 ? 'reconnecting' : 'away', since })
    clearTimeout(timer)
    timer = setTimeout(open, pausesMs[Math.min(failures++, pausesMs.length - 1)])
  }

  function close(): void {
    isClosed = true
    clearTimeout(hiddenTimer)
    removeEventListener('pagehide', pause)
    removeEventListener('pageshow', resume)
    document.removeEventListener('visibilitychange', onVisibility)
    pause()
  }
}
