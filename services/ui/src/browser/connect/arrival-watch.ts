import { followStates, type Subscription } from '../api/live.ts'
import { mayBeDevice } from '../api/refusals.ts'
import type { HandshakeRefusal, InFlight, ServerState, StreamState } from '../api/types.ts'
import { plural } from '../dom/format.ts'
import { announce, showConnection } from '../dom/frame.ts'
import { type Child, fill, h } from '../dom/h.ts'
import { mark, untrusted } from '../dom/words.ts'

/** An element that waits for the first byte to a stream, and says why the server refused a device in the meantime. */
export interface ArrivalWatch {
  readonly element: HTMLElement
  /** Waits for uploads to another stream; null for none. */
  setStream(stream: number | null): void
}

/** Waits for uploads to `first`, null for no stream yet, and shows refusals from now on. */
export function startArrivalWatch(first: number | null): ArrivalWatch {
  const begun = Date.now()
  const words = h('span', {})
  const look = h('a', { class: 'button primary' }, 'Look')
  const element = h('div', { class: 'waiting' }, words, ' ', look)
  let stream = first
  let following: Subscription | null = null
  let state: StreamState | null = null
  let refusal: HandshakeRefusal | null = null
  /** The last text for screen readers, which are to read changes, not each count of uploads. */
  let announced = ''
  followStates<ServerState>(
    '/events?as=state',
    ({ refused = [] }) => {
      refusal = refused.filter((one) => mayBeDevice(one) && Date.parse(one.at) > begun).at(-1) ?? refusal
      show()
    },
    showConnection,
  )
  return {
    element,
    setStream(now) {
      stream = now
      follow()
      show()
    },
  }

  function follow(): void {
    if (stream === null || state?.stream === stream) return
    following?.close()
    state = null
    following = followStates<StreamState>(
      `/streams/${stream}/events?as=state`,
      (now) => {
        state = now
        show()
      },
      () => {},
    )
  }

  /** Shows the state. The link stays the same element, so that the reader can click it while the words change. */
  function show(): void {
    element.hidden = stream === null
    if (stream === null) return
    const [flight] = state?.in_flight ?? []
    const isThere = state !== null && state.total > 0
    const refused = isThere || flight ? null : refusal
    element.className = `waiting ${isThere ? 'good' : refused ? 'bad' : ''}`
    look.setAttribute('href', `/ui/streams/${stream}`)
    look.hidden = !isThere && !flight
    fill(words, wordsOf(stream, state, refused, flight))
    const news = isThere
      ? 'Uploads have come'
      : flight
        ? 'An upload is arriving'
        : refused
          ? 'A device was refused'
          : ''
    if (news && news !== announced) announce(news)
    announced = news
  }
}

function wordsOf(
  stream: number,
  state: StreamState | null,
  refused: HandshakeRefusal | null,
  flight: InFlight | undefined,
): Child {
  if (state && state.total > 0)
    return [
      h('strong', {}, '● '),
      `Stream ${stream} has ${plural(state.total, 'upload')}`,
      state.errors > 0 && [', ', mark('error', state.errors)],
    ]
  if (flight)
    return [
      '◌ ',
      untrusted(flight.path),
      ' is arriving from ',
      untrusted(flight.address),
      ` (${plural(flight.bytes, 'byte')})`,
    ]
  return refused ? refusalWords(refused) : `◌ waiting for the first byte to stream ${stream} …`
}

function refusalWords({ address, reason, advice }: HandshakeRefusal): Child {
  const isTrust = /trust this server|unknown_ca/.test(reason)
  return [
    mark('error'),
    ' ',
    untrusted(address),
    ' was refused: ',
    untrusted(reason),
    h(
      'p',
      {},
      h('strong', {}, 'What to do: '),
      advice,
      ' ',
      h('a', { href: isTrust ? '#step-1' : '#step-2' }, 'go there'),
    ),
  ]
}
