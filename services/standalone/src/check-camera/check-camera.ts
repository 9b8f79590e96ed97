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
import { detailOf, type JsonResponse, type ServerClient, Unreachable } from '../command-line/server-client.ts'

/** The result of a check; its verdict is pending when the time was too short. */
export interface CheckResult {
  readonly expectations: ExpectationsBody
  readonly verdict: VerdictResponse
}

/** The server refused, or did not respond with a verdict; the message says why. */
export class CheckRefusal extends Error {
  override name = 'CheckRefusal' as const
}

const requestTimeoutMs = 30_000
/** Shorter than the server and proxies in between allow. */
const maxWaitMs = 60_000
const retryMs = 1_000

/**
 * Sets expectations, JSON as the user wrote it, and waits for the verdict on the stream. After its first response the
 * server may restart. Throws `CheckRefusal` and `Unreachable`.
 */
export async function checkCamera(
  client: ServerClient,
  stream: number,
  expected: string,
  timeoutMs: number,
): Promise<CheckResult> {
  const end = performance.now() + timeoutMs
  const { expectations, verdict: first } = await setExpectations()
  let newest = first
  while (newest.state === 'pending') {
    const leftMs = end - performance.now()
    if (leftMs <= 0) break
    newest = (await waitOnce(Math.min(leftMs, maxWaitMs))) ?? newest
  }
  return { expectations, verdict: newest }

  async function setExpectations(): Promise<CheckResult> {
    for (;;) {
      const response = await client.send('PUT', `/expectations/${stream}`, requestTimeoutMs, expected)
      if (response.status === 200) return parse(setResponse, response)
      if (response.status < 500 || !mayRetry()) throw new CheckRefusal(detailOf(response))
      await sleep(retryMs)
    }
  }

  /** The verdict after one wait; null when the stream has none yet, or the server restarts. */
  async function waitOnce(waitMs: number): Promise<VerdictResponse | null> {
    try {
      const path = `/wait/${stream}?until=expectations&timeout=${(waitMs / 1_000).toFixed(3)}`
      const response = await client.send('GET', path, waitMs + requestTimeoutMs)
      if (response.status === 408) return parse(timeoutResponse, response).verdict
      if (response.status === 200) return parse(waitResponse, response).verdict
      if (response.status < 500 || !mayRetry()) throw new CheckRefusal(detailOf(response))
    } catch (error) {
      if (!(error instanceof Unreachable) || !mayRetry()) throw error
    }
    await sleep(retryMs)
    return null
  }

  /** Whether there is time for a retry. */
  function mayRetry(): boolean {
    return performance.now() + retryMs <= end
  }
}

const setResponse = expectationsResponse.extend({
  expectations: expectationsResponse.shape.expectations.unwrap(),
  verdict,
})

const timeoutResponse = problem.extend({ verdict })

function parse<Value>(schema: z.ZodType<Value>, { json }: JsonResponse): Value {
  const { data } = schema.safeParse(json)
  if (data === undefined) throw new CheckRefusal('the response of the server is no verdict')
  return data
}
