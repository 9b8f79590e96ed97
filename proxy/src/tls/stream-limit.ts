import { constants, type Http2Session, type ServerHttp2Stream } from 'node:http2'

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_REFUSED_STREAM } = constants

/** A client has so many streams at most (RFC 9113 5.1.2), and ingest so many of its exchanges. */
export const maxConcurrentStreams = 128

/** Streams that a client may reset before they have a response: so many at once, and so many more each second. */
const resetBudget = { burst: 256, perSecond: 32 }

/** Decides which streams of HTTP/2 connections are served. */
export interface StreamLimit {
  /**
   * Serves a stream, or refuses it: while 128 exchanges of its connection are in flight, whether or not their streams
   * are still open, so that a client that resets its streams at once cannot have more (RFC 9113 10.5). A client that
   * goes on resetting streams loses its connection. `serve` never rejects.
   */
  admit(stream: ServerHttp2Stream, serve: () => Promise<void>): void
}

interface SessionLoad {
  inFlight: number
  resets: number
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
    // A reset after the head of a response is what an upload that was refused early gets.
    if (!stream.aborted || stream.headersSent || session.destroyed) return
    const at = now()
    load.resets = Math.max(0, load.resets - ((at - load.resetsAt) * resetBudget.perSecond) / 1_000) + 1
    load.resetsAt = at
    if (load.resets <= resetBudget.burst) return
    load.resets = Number.NEGATIVE_INFINITY
    onAbuse(session)
    session.goaway(NGHTTP2_ENHANCE_YOUR_CALM)
    // By then the GOAWAY frame has been written.
    setImmediate(() => session.destroy())
  }
}

/** The client may send the request again (RFC 9113 8.7). */
function refuse(stream: ServerHttp2Stream): void {
  if (!stream.destroyed) stream.close(NGHTTP2_REFUSED_STREAM)
}
