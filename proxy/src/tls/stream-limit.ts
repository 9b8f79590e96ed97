import { constants, type Http2Session, type ServerHttp2Stream } from 'node:http2'

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_REFUSED_STREAM } = constants

/** Streams that one connection may have open (RFC 9113 5.1.2), and exchanges of it that may be in flight. */
export const maxConcurrentStreams = 128

/** Streams of a connection that its client may reset before they have a response: at once, and more each second. */
const resetBudget = { burst: 256, perSecond: 32 }

/** Decides which streams of HTTP/2 connections are served. */
export interface StreamLimit {
  /**
   * Serves a stream, or refuses it while 128 exchanges of its connection are in flight. An exchange counts even if the
   * client has reset its stream, so that a client cannot get more by resetting streams at once (RFC 9113 10.5). The
   * connection of a client that goes on resetting streams is closed. `serve` never rejects.
   */
  admit(stream: ServerHttp2Stream, serve: () => Promise<void>): void
}

interface SessionLoad {
  inFlight: number
  /** Resets that count now; `resetBudget.perSecond` of them are forgiven each second. */
  resets: number
  /** When `resets` was computed, in milliseconds. */
  resetsAt: number
}

/** `now` is the time in milliseconds. `onAbuse` is called once for each connection that is closed. */
export function createStreamLimit(now: () => number, onAbuse: (session: Http2Session) => void): StreamLimit {
  const loads = new WeakMap<Http2Session, SessionLoad>()
  return { admit }

  function admit(stream: ServerHttp2Stream, serve: () => Promise<void>): void {
    const { session } = stream
    if (!session) return
    const load = loadOf(session)
    stream.once('close', () => countReset(stream, session, load))
    if (load.inFlight < maxConcurrentStreams) serveCounted(load, serve)
    else refuse(stream)
  }

  async function serveCounted(load: SessionLoad, serve: () => Promise<void>): Promise<void> {
    load.inFlight += 1
    await serve()
    load.inFlight -= 1
  }

  function loadOf(session: Http2Session): SessionLoad {
    const load = loads.get(session) ?? { inFlight: 0, resets: 0, resetsAt: now() }
    loads.set(session, load)
    return load
  }

  function countReset(stream: ServerHttp2Stream, session: Http2Session, load: SessionLoad): void {
    // An early refused upload is reset too, but after the head of its response.
    if (!stream.aborted || stream.headersSent || session.destroyed) return
    const at = now()
    load.resets = Math.max(0, load.resets - ((at - load.resetsAt) * resetBudget.perSecond) / 1_000) + 1
    load.resetsAt = at
    if (load.resets <= resetBudget.burst) return
    load.resets = Number.NEGATIVE_INFINITY
    onAbuse(session)
    session.goaway(NGHTTP2_ENHANCE_YOUR_CALM)
    // In the next event loop turn the GOAWAY frame has been written.
    setImmediate(() => session.destroy())
  }
}

/** Refuses a stream with a code after which the client may send the request again (RFC 9113 8.7). */
function refuse(stream: ServerHttp2Stream): void {
  if (!stream.destroyed) stream.close(NGHTTP2_REFUSED_STREAM)
}
