import type { Standalone } from '../../support/standalone.ts'
import { pauseProbes } from '../paused.ts'

/** Probes that wait but while something is done. */
export interface HeldProbes extends Disposable {
  letGoFor<Result>(work: () => Promise<Result>): Promise<Result>
}

export async function holdProbes(server: Standalone): Promise<HeldProbes> {
  let paused: Disposable | null = await pauseProbes(server)
  return {
    async letGoFor(work) {
      release()
      try {
        return await work()
      } finally {
        paused = await pauseProbes(server)
      }
    },
    [Symbol.dispose]: release,
  }

  function release(): void {
    paused?.[Symbol.dispose]()
    paused = null
  }
}
