import type { PlannedObject } from '../profiles/plan.ts'
import type { RetryDeps } from './retry.ts'
import { type LongRequest, LostConnection, type Reply, type Transport } from './transport.ts'

export interface LongRequestsDeps {
  readonly transport: Transport
  readonly retryFor: (path: string) => RetryDeps
  /** Reports the response to a request, or that there is none. */
  readonly settle: (path: string, response: Promise<Reply>) => Promise<void>
}

/** How long a camera takes to start at least, in milliseconds. */
const startMs = 1_000

/** A long request and its outcome. */
interface OpenRequest {
  readonly request: LongRequest
  /** The response, or the error that ended the request; null while the request is open. */
  outcome: Reply | Error | null
}

/** Long requests: one for each path, open until the recording ends. */
export interface LongRequests {
  /** Writes an object to the request of its path. After a lost connection, a new request begins with the init. */
  add(path: string, object: PlannedObject): Promise<void>
  /** Ends all requests and waits for their responses. */
  end(): Promise<void>
}

export function longRequests({ transport, retryFor, settle }: LongRequestsDeps): LongRequests {
  const inits = new Map<string, Buffer>()
  const open = new Map<string, OpenRequest>()
  return { add, end }

  async function add(path: string, object: PlannedObject): Promise<void> {
    const body = object.body()
    if (object.beginsAnew) await startAgain(path)
    if (object.role === 'init') inits.set(path, body)
    const before = open.get(path)
    // A server that responds before the end of a request reads no more of it.
    if (before?.outcome && !isWorthAnother(before.outcome, retryFor(path))) return
    const current = before && before.outcome === null ? before : await openAnew(path, object, before)
    if (object.isCutOff) {
      current.request.write(body.subarray(0, body.length / 2))
      await breakOff(path)
    } else current.request.write(body)
  }

  /** A server has learnt that a request is lost when its camera is there again. */
  async function startAgain(path: string): Promise<void> {
    await breakOff(path)
    await retryFor(path).sleep(startMs)
  }

  async function breakOff(path: string): Promise<void> {
    const current = open.get(path)
    if (!current) return
    current.request.abort()
    await current.request.reply.catch(() => undefined)
    open.delete(path)
    retryFor(path).report('broken off by the camera')
  }

  async function openAnew(path: string, object: PlannedObject, lost?: OpenRequest): Promise<OpenRequest> {
    const { method, headers } = object
    const { delays, report, sleep } = retryFor(path)
    const [first = 0] = delays
    if (lost?.outcome instanceof Error) {
      report(`${lost.outcome.message}; trying again in ${first / 1_000} s`)
      await sleep(first)
    }
    const request = transport.openLong({ method, headers, path })
    const entry: OpenRequest = { request, outcome: null }
    request.reply.then(
      (reply) => {
        entry.outcome = reply
      },
      (error) => {
        entry.outcome = error
      },
    )
    open.set(path, entry)
    const init = inits.get(path)
    if (init && object.role !== 'init') request.write(init)
    return entry
  }

  async function end(): Promise<void> {
    for (const { request } of open.values()) request.end()
    for (const [path, { request }] of open) await settle(path, request.reply)
  }
}

const isWorthAnother = (outcome: Reply | Error, { delays }: RetryDeps): boolean =>
  outcome instanceof LostConnection && delays.length > 0
