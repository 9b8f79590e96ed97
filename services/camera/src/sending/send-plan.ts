import type { PlannedObject } from '../profiles/plan.ts'
import { longRequests } from './long-requests.ts'
import { isAccepted, replyWords } from './reply-words.ts'
import { type RetryDeps, withRetry } from './retry.ts'
import { LostConnection, type Reply, type Transport } from './transport.ts'

export interface SendDeps {
  readonly transport: Transport
  /** Resolves `seconds` after the start of the recording. */
  readonly until: (seconds: number) => Promise<unknown>
  readonly retry: Omit<RetryDeps, 'report'>
  /** Reports one object: its path, the status, and a message or an empty text. */
  readonly report: (path: string, status: string, words: string) => void
}

/** How many objects were sent. */
export interface SendResult {
  readonly sent: number
  /** Objects that the server refused, or that were lost for good. */
  readonly failed: number
}

/**
 * Sends objects in their order to the publishing point at `point`, a path without a slash at its end. Throws a
 * CameraError when the server cannot be reached.
 */
export async function sendPlan(
  point: string,
  objects: readonly PlannedObject[],
  { transport, until, retry, report }: SendDeps,
): Promise<SendResult> {
  const result = { sent: 0, failed: 0 }
  const retryFor = (path: string): RetryDeps => ({ ...retry, report: (words) => report(path, 'lost', words) })
  const long = longRequests({ transport, retryFor, settle })
  for (const object of objects) {
    await until(object.at)
    const path = `${point}/${object.path}`
    if (object.isLong) await long.add(path, object)
    else await sendOne(path, object)
  }
  await long.end()
  return result

  async function sendOne(path: string, object: PlannedObject): Promise<void> {
    const { method, headers, isAnonymous } = object
    const sent = { method, headers, path, body: object.body(), isAnonymous }
    if (object.isCutOff) {
      await transport.sendHalf(sent)
      report(path, 'aborted', 'half of the body was sent')
    } else
      await settle(
        path,
        withRetry(retryFor(path), () => transport.send(sent)),
      )
  }

  async function settle(path: string, response: Promise<Reply>): Promise<void> {
    result.sent++
    try {
      const { status, body } = await response
      if (isAccepted(status)) return report(path, String(status), '')
      report(path, String(status), replyWords(body))
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error
      report(path, 'lost', error.message)
    }
    result.failed++
  }
}
