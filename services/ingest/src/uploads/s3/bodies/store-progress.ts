import { inTime } from '../object-store.ts'

/** The number of parts of large bodies that this process has brought to the store. */
export interface StoreProgress {
  parts: number
}

/**
 * What comes of `work`, or its error. Throws `Unavailable` once the store has taken no part of any body for `maxWaitMs`: a
 * large body may take its time while others go there as well.
 */
export async function whileProgress<Result>(
  progress: StoreProgress,
  maxWaitMs: number,
  work: Promise<Result>,
): Promise<Result> {
  let isSettled = false
  const settled = work.finally(() => {
    isSettled = true
  })
  for (;;) {
    const before = progress.parts
    try {
      return await inTime(maxWaitMs, settled)
    } catch (error) {
      if (isSettled || progress.parts === before) throw error
    }
  }
}
