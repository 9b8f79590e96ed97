import { CameraError } from '../camera-error.ts'
import { LostConnection } from './transport.ts'

/** Milliseconds to wait between tries, about two minutes in all. */
export const retryDelays: readonly number[] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 60_000]

export interface RetryDeps {
  /** Milliseconds to wait before each further try; empty for `--no-retry`. */
  readonly delays: readonly number[]
  readonly sleep: (milliseconds: number) => Promise<unknown>
  readonly report: (words: string) => void
}

/**
 * Runs an attempt, and again after each lost connection. Throws the LostConnection when `delays` is empty, a
 * CameraError after the last of several tries, and any other error of the attempt.
 */
export async function withRetry<Result>(
  { delays, sleep, report }: RetryDeps,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (const delay of delays) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error
      report(`${error.message}; trying again in ${delay / 1_000} s`)
    }
    await sleep(delay)
  }
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof LostConnection) || delays.length === 0) throw error
    throw new CameraError(`gave up after ${delays.length + 1} tries: ${error.message}`)
  }
}
