import type { AnswerHead } from './answer-head.ts'
import type { Exchange } from './exchange.ts'
import type { Feeding } from './feed.ts'
import type { Lane, LaneListener } from './lane.ts'
import { ingestFailed, ingestGarbled, type Refusal } from './refusals.ts'
import { type Relaying, relay } from './relay.ts'

/** How one attempt ended: with an answer of ingest's, with a refusal of ours, or on a lane that was already dead. */
export type Outcome = number | Refusal | 'nobody-waits' | 'stale'

/** An upload is delivered as far as it has come even if its sender has left; a question is not. */
export function isWanted(exchange: Exchange): boolean {
  if (!exchange.isGone()) return true
  if (isQuestion(exchange)) return false
  return exchange.isBodyComplete() || exchange.body.readableDidRead || exchange.body.readableLength > 0
}

const isQuestion = ({ method }: Exchange) => method === 'GET' || method === 'HEAD'

/** One exchange over one lane. */
export function carry(exchange: Exchange, lane: Lane, feeding: Feeding): Promise<Outcome> {
  return new Promise((resolve) => {
    let status = 0
    let relaying: Relaying | null = null
    let isEarly = false
    const listener: LaneListener = {
      continued() {
        exchange.sendContinue()
        feeding.proceed()
      },
      answered,
      came: (bytes) => relaying?.pass(bytes),
      ended,
      drained: feeding.drained,
      lost,
    }
    lane.begin(exchange.method, listener)
    feeding.into(lane)
    exchange.onGone(left)

    function answered(answer: AnswerHead): void {
      status = answer.status
      isEarly = !feeding.hasBegun() || (status >= 400 && !exchange.isBodyComplete())
      if (isEarly) feeding.stop()
      relaying = relay(answer, lane, exchange, isEarly)
    }

    /** An error that comes before the end of the body is the last thing to happen on its lane. */
    function ended(last: Buffer | null): void {
      relaying?.finish(last)
      if (isEarly || (status >= 400 && !feeding.isDone())) giveUp()
      resolve(status)
    }

    function left(): void {
      if (!relaying && isWanted(exchange)) return
      giveUp()
      resolve(relaying ? status : 'nobody-waits')
    }

    function giveUp(): void {
      feeding.stop()
      lane.abandon(listener)
      if (!isEarly) exchange.body.resume()
    }

    function lost(reason: Error | null): void {
      feeding.stop()
      relaying?.cut()
      const outcome = relaying ? status : outcomeOf(reason)
      if (outcome !== 'stale') exchange.body.resume()
      resolve(outcome)
    }

    function outcomeOf(reason: Error | null): Outcome {
      if (!isWanted(exchange)) return 'nobody-waits'
      if (reason) return ingestGarbled(reason.message)
      const mayRepeat = !feeding.hasTaken() || (isQuestion(exchange) && !exchange.hasBody)
      if (lane.isKept() && mayRepeat) return 'stale'
      return exchange.isGone() && !exchange.isBodyComplete() ? 'nobody-waits' : ingestFailed
    }
  })
}
