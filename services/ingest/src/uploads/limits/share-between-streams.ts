import type { ReceiveUpload } from '../receive-upload.ts'

/** Uploads of one stream that are received at a time while other streams have some, too. */
const maxBesideOthers = 16
/** For how long an upload of another stream counts. */
const sharedMs = 1_000
/** For how long nothing waits after a verdict did not come in time: waiting makes no verdict come sooner. */
const behindMs = 5_000

interface Turns {
  running: number
  readonly waiting: (() => void)[]
}

/**
 * Keeps one stream that uploads as fast as it can from making those of others wait: while several streams have uploads,
 * 16 of each are received at a time, and the rest wait in their order. It bounds uploads whose bodies have arrived whole;
 * one that arrives over time may take as long as it likes. A stream that is alone is not bounded, and none is while verdicts do
 * not come in time.
 */
export function shareBetweenStreams(receive: ReceiveUpload, nowMs: () => number): ReceiveUpload {
  const streams = new Map<string, Turns>()
  let newest = ''
  let sharedUntilMs = 0
  let behindUntilMs = 0

  return function receiveInTurn(facts, body) {
    if (!body.buffered) return receive(facts, body)
    const { stream } = facts
    if (stream !== newest) {
      if (newest !== '') sharedUntilMs = nowMs() + sharedMs
      newest = stream
    }
    const turns = streams.get(stream) ?? addStream(stream)
    turns.running++
    return turns.running > maxBesideOthers && isBounded() ? wait(turns, facts, body) : run(turns, facts, body)
  }

  function addStream(stream: string): Turns {
    const turns: Turns = { running: 0, waiting: [] }
    streams.set(stream, turns)
    return turns
  }

  function isBounded(): boolean {
    const now = nowMs()
    return now < sharedUntilMs && now >= behindUntilMs
  }

  async function wait(turns: Turns, ...upload: Parameters<ReceiveUpload>): ReturnType<ReceiveUpload> {
    turns.running--
    await new Promise<void>((resolve) => turns.waiting.push(resolve))
    return run(turns, ...upload)
  }

  async function run(turns: Turns, ...[facts, body]: Parameters<ReceiveUpload>): ReturnType<ReceiveUpload> {
    try {
      const receipt = await receive(facts, body)
      if (receipt?.findings === null) behindUntilMs = nowMs() + behindMs
      return receipt
    } finally {
      end(facts.stream, turns)
    }
  }

  /** The next one takes the turn; where none is bounded any more, all do. */
  function end(stream: string, turns: Turns): void {
    turns.running--
    const count = isBounded() ? 1 : turns.waiting.length
    for (const resolve of turns.waiting.splice(0, count)) {
      turns.running++
      resolve()
    }
    if (turns.running === 0) streams.delete(stream)
  }
}
