import { setTimeout as sleep } from 'node:timers/promises'
import { problem } from '@pushav/shared/api/common.ts'
import {
  type ExpectationsBody,
  expectationsResponse,
  type VerdictResponse,
  verdict,
} from '@pushav/shared/api/expectations.ts'
import { waitResponse } from '@pushav/shared/api/state.ts'
import type { z } from 'zod'
import { type ServerClient, Unreachable } from './server-client.ts'

/** What came of a check; a pending verdict is one that did not come in time. */
export interface CheckResult {
  readonly expectations: ExpectationsBody
  readonly verdict: VerdictResponse
}

/** The server refused; the message is the server's. */
export class CheckRefusal extends Error {
  override name = 'CheckRefusal' as const
}

const requestTimeoutMs = 30_000
/** Below what the server and proxies between allow. */
const maxWaitMs = 60_000
const retryMs = 1_000

/**
 * Sets expectations, JSON as the user wrote it, and waits for the verdict on the stream. Once the server has responded,
 * it may restart meanwhile. Throws `CheckRefusal` and `Unreachable`.
 */
export async function checkCamera(
  client: ServerClient,
  stream: number,
  expected: string,
  timeoutMs: number,
): Promise<CheckResult> {
  const end = performance.now() + timeoutMs
  const { expectations, verdict: first } = await setExpectations(client, stream, expected, end)
  let newest = first
  while (newest.state === 'pending') {
    const leftMs = end - performance.now()
    if (leftMs <= 0) break
    newest = await waitOnce(client, stream, Math.min(leftMs, maxWaitMs), newest, end)
  }
  return { expectations, verdict: newest }
}

async function setExpectations(
  client: ServerClient,
  stream: number,
  expected: string,
  end: number,
): Promise<CheckResult> {
  for (;;) {
    const { status, json } = await client.send('PUT', `/expectations/${stream}`, requestTimeoutMs, expected)
    if (status === 200) return parse(setResponse, json)
    if (status < 500 || isOver(end)) throw refusalOf(status, json)
    await sleep(retryMs)
  }
}

/** Whether there is no time for a retry. */
const isOver = (end: number): boolean => performance.now() + retryMs > end

const setResponse = expectationsResponse.extend({
  expectations: expectationsResponse.shape.expectations.unwrap(),
  verdict,
})
const timeoutResponse = problem.extend({ verdict })

/** The verdict after one wait; the one before while the server restarts. */
async function waitOnce(
  client: ServerClient,
  stream: number,
  waitMs: number,
  before: VerdictResponse,
  end: number,
): Promise<VerdictResponse> {
  try {
    const path = `/wait/${stream}?until=expectations&timeout=${(waitMs / 1_000).toFixed(3)}`
    const { status, json } = await client.send('GET', path, waitMs + requestTimeoutMs)
    if (status === 408) return parse(timeoutResponse, json).verdict
    if (status === 200) return parse(waitResponse, json).verdict ?? before
    if (status < 500 || isOver(end)) throw refusalOf(status, json)
  } catch (error) {
    if (!(error instanceof Unreachable) || isOver(end)) throw error
  }
  await sleep(retryMs)
  return before
}

function refusalOf(status: number, json: unknown): CheckRefusal {
  const { data } = problem.safeParse(json)
  return new CheckRefusal(
    typeof data?.detail === 'string' ? data.detail : `the server responds with ${status}`,
  )
}

function parse<Value>(schema: z.ZodType<Value>, json: unknown): Value {
  const { data } = schema.safeParse(json)
  if (data === undefined) throw new CheckRefusal('the server responds with something else than a verdict')
  return data
}
