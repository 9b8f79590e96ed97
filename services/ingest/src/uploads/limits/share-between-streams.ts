import type { ReceiveUpload } from '../receive-upload.ts'

/** Uploads of one stream that are received at a time while other streams have some, too. */
const maxBesideOthers = 16
/** How long an upload of another stream counts, in milliseconds. */
const sharedMs = 1_000
/** How long no upload waits after a verdict did not come in time: waiting makes no verdict come sooner. */
const behindMs = 5_000

interface StreamLoad {
  running: number
  readonly waiting: (() => void)[]
}

/**
 * Keeps one stream that uploads as fast as it can from making those of others wait: while several streams have
 * uploads, 16 of each are received at a time, and the rest wait in their order. It bounds uploads whose bodies have
 * arrived whole; one that arrives over time may take as long as it likes. A stream that is alone is not bounded, and
 * none is while verdicts do not come in time.
 */
export function shareBetweenStreams(receive: ReceiveUpload, nowMs: () => number): ReceiveUpload {
  const streams = new Map<string, StreamLoad>()
  let newest = ''
  let sharedUntilMs = 0
  let behindUntilMs = 0

  return function receiveShared(facts, body) {
    if (!body.buffered) return receive(facts, body)
    const { stream } = facts
    if (stream !== newest) {
      if (newest !== '') sharedUntilMs = nowMs() + sharedMs
      newest = stream
    }
    const load = streams.get(stream) ?? addStream(stream)
    load.running++
    return load.running > maxBesideOthers && isBounded() ? wait(load, facts, body) : run(load, facts, body)
  }

  function addStream(stream: string): StreamLoad {
    const load: StreamLoad = { running: 0, waiting: [] }
    streams.set(stream, load)
    return load
  }

  function isBounded(): boolean {
    const now = nowMs()
    return now < sharedUntilMs && now >= behindUntilMs
  }

  async function wait(load: StreamLoad, ...upload: Parameters<ReceiveUpload>): ReturnType<ReceiveUpload> {
    load.running--
    await new Promise<void>((resolve) => load.waiting.push(resolve))
    return run(load, ...upload)
  }

  async function run(
    load: StreamLoad,
    ...[facts, body]: Parameters<ReceiveUpload>
  ): ReturnType<ReceiveUpload> {
    try {
      const receipt = await receive(facts, body)
      if (receipt?.findings === null) behindUntilMs = nowMs() + behindMs
      return receipt
    } finally {
      end(facts.stream, load)
    }
  }

  /** Starts the next upload of the stream; all that wait where streams are not bounded any more. */
  function end(stream: string, load: StreamLoad): void {
    load.running--
    const count = isBounded() ? 1 : load.waiting.length
    for (const resolve of load.waiting.splice(0, count)) {
      load.running++
      resolve()
    }
    if (load.running === 0) streams.delete(stream)
  }
}
