import { pauseProcess } from '../../server/pause-process.ts'
import type { Standalone } from '../../server/standalone.ts'

/** Probe workers that are paused except during a task. */
export interface HeldProbes extends Disposable {
  letGoFor<Result>(work: () => Promise<Result>): Promise<Result>
}

export async function holdProbes(server: Standalone): Promise<HeldProbes> {
  let paused: Disposable | null = await pauseProcess(server, 'probe')
  return {
    async letGoFor(work) {
      release()
      try {
        return await work()
      } finally {
        paused = await pauseProcess(server, 'probe')
      }
    },
    [Symbol.dispose]: release,
  }

  function release(): void {
    paused?.[Symbol.dispose]()
    paused = null
  }
}
