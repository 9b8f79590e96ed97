import { sleep } from '../lib/sleep.ts'

/** Runs passes over keys, one at a time for each key. A pass that fails is run again until it works. */
export interface PassScheduler extends AsyncDisposable {
  /** Starts a pass over the key; while one runs, another one follows it, however often this is called. */
  wake(key: string): void
  /** Resolves once no pass over the key runs or is due. */
  idle(key: string): Promise<void>
  /**
   * Repeats some work of a key until it works, as a pass is repeated. Throws its last error once the scheduler is
   * disposed of.
   */
  retry<Result>(key: string, work: () => Promise<Result>): Promise<Result>
}

export interface PassSchedulerOptions {
  runPass(key: string): Promise<void>
  /** Between an attempt that failed and the next one. */
  readonly retryMs: number
  /** Called when a first key fails; what stops one usually stops most of them. */
  onBehind(key: string, error: unknown): void
  /** Called when the last key that failed works again. */
  onCaughtUp(): void
}

/** The pass over one key that runs. */
interface Pass {
  /** Another one has to follow, or this one has yet to begin. */
  isDue: boolean
  done: Promise<void>
}

export function createPassScheduler(options: PassSchedulerOptions): PassScheduler {
  const { runPass, retryMs, onBehind, onCaughtUp } = options
  const passes = new Map<string, Pass>()
  const behind = new Set<string>()
  const closing = new AbortController()

  return {
    wake,
    idle: async (key) => passes.get(key)?.done,
    retry,
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([...passes.values()].map(({ done }) => done))
    },
  }

  function wake(key: string): void {
    const pass = passes.get(key)
    if (pass) pass.isDue = true
    else if (!closing.signal.aborted) startPass(key)
  }

  function startPass(key: string): void {
    const pass: Pass = { isDue: true, done: Promise.resolve() }
    passes.set(key, pass)
    pass.done = runWhileDue(key, pass)
  }

  async function runWhileDue(key: string, pass: Pass): Promise<void> {
    while (pass.isDue && !closing.signal.aborted) {
      pass.isDue = false
      // What fails when this closes was reported when it failed first.
      await retry(key, () => runPass(key)).catch(() => undefined)
    }
    passes.delete(key)
  }

  async function retry<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        const result = await work()
        markCaughtUp(key)
        return result
      } catch (error) {
        markBehind(key, error)
        await sleep(retryMs, closing.signal)
        if (closing.signal.aborted) throw error
      }
    }
  }

  function markBehind(key: string, error: unknown): void {
    if (behind.size === 0) onBehind(key, error)
    behind.add(key)
  }

  function markCaughtUp(key: string): void {
    if (behind.delete(key) && behind.size === 0) onCaughtUp()
  }
}
