import type { Logger } from '@pushav/shared/logger.ts'
import type { EventBus } from '../events/event-bus.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import { Refusal } from '../lib/refusal.ts'
import { sleep } from '../lib/sleep.ts'
import type { JudgedExpectations, StreamExpectations } from './judge-expectations.ts'
import type { Verdict } from './verdict.ts'

/**
 * The newest verdict on each stream of which something is expected. All methods throw `Unavailable` while Redis does not
 * respond.
 */
export interface VerdictStates {
  /** Ids of the streams that have one. */
  streams(): Promise<readonly string[]>
  /** Sets the state to `pending`. */
  reset(stream: string): Promise<void>
  /** Sets the state. True where it was another one; of several processes that find the same change, one gets true. */
  change(stream: string, state: Verdict['state']): Promise<boolean>
  forget(stream: string): Promise<void>
}

/** Publishes an event when the verdict on a stream's expectations becomes `pass` or `fail`. */
export interface VerdictWatch extends AsyncDisposable {
  /** Has a stream judged that changed, and of which something is expected. Returns at once and never throws. */
  touch(stream: string): void
  /** Has a stream judged of which other things are expected from now on. Returns at once and never throws. */
  reset(stream: string): void
  /** Judges what was touched so far, and what an earlier process left pending. To be called once. */
  start(deps: VerdictWatchDeps): void
}

interface VerdictWatchDeps {
  readonly expectations: Pick<StreamExpectations, 'judge'>
  readonly states: VerdictStates
  readonly eventBus: Pick<EventBus, 'publish'>
  readonly log: Logger
  readonly now: () => Date
}

/** A stream is judged at most this often, because each time all its sessions are read. */
const everyMs = 500
/** The pause between two looks, as a multiple of what the last one took: judging takes at most a fifth of the time. */
const pauseFactor = 4
const streamConcurrency = 8
/** After that many changes within one look, the next look goes on. */
const maxChanges = 3
const maxEventReasons = 10
const maxTimerMs = 86_400_000

export function createVerdictWatch(): VerdictWatch {
  const closing = new AbortController()
  const timers = new Map<string, NodeJS.Timeout>()
  /** Streams to judge; true for those of which other things are expected. */
  let due = new Map<string, boolean>()
  let deps: VerdictWatchDeps | null = null
  let running: Promise<void> | null = null
  return {
    touch: (stream) => add(stream, false),
    reset: (stream) => add(stream, true),
    start(given) {
      deps = given
      running = begin(given)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      for (const timer of timers.values()) clearTimeout(timer)
      await running
    },
  }

  function add(stream: string, isReset: boolean): void {
    due.set(stream, isReset || due.get(stream) === true)
    if (deps && !running && !closing.signal.aborted) running = run(deps)
  }

  /** An earlier process may have ended before it published what came of its last uploads. */
  async function begin(given: VerdictWatchDeps): Promise<void> {
    const known = await given.states.streams().catch(() => null)
    for (const stream of known ?? []) add(stream, false)
    await run(given)
  }

  async function run(given: VerdictWatchDeps): Promise<void> {
    while (due.size > 0 && !closing.signal.aborted) {
      const startedMs = performance.now()
      const streams = due
      due = new Map()
      await forEachLimit([...streams], streamConcurrency, ([stream, isReset]) => look(given, stream, isReset))
      await sleep(Math.max(everyMs, pauseFactor * (performance.now() - startedMs)), closing.signal)
    }
    running = null
  }

  async function look(given: VerdictWatchDeps, stream: string, isReset: boolean): Promise<void> {
    try {
      if (isReset) await given.states.reset(stream)
      await publishChanges(given, stream)
    } catch (error) {
      if (error instanceof Refusal) return given.states.forget(stream).catch(() => undefined)
      given.log.debug({ error, stream }, 'expectations could not be judged; tried again')
      due.set(stream, isReset || due.get(stream) === true)
    }
  }

  /** Judges again after a change: of two processes, the one that read first may write last. */
  async function publishChanges(given: VerdictWatchDeps, stream: string): Promise<void> {
    for (let changes = 0; changes < maxChanges; changes++) {
      const judged = await given.expectations.judge(stream)
      if (!judged) return given.states.forget(stream)
      if (!(await given.states.change(stream, judged.verdict.state))) return lookAgain(given, stream, judged)
      publish(given, stream, judged.verdict)
    }
    add(stream, false)
  }

  function publish({ eventBus, now }: VerdictWatchDeps, stream: string, { state, reasons }: Verdict): void {
    if (state === 'pending') return
    const kind = state === 'pass' ? 'expectations-met' : 'expectations-failed'
    const wrong = reasons.filter((reason) => reason.state === 'fail').slice(0, maxEventReasons)
    eventBus.publish({
      kind,
      stream,
      at: now().toISOString(),
      reasons: wrong.map(({ about, message }) => ({ about, message })),
    })
  }

  function lookAgain({ now }: VerdictWatchDeps, stream: string, { nextChangeMs }: JudgedExpectations): void {
    clearTimeout(timers.get(stream))
    timers.delete(stream)
    if (nextChangeMs === null || closing.signal.aborted) return
    const inMs = Math.min(Math.max(nextChangeMs - now().getTime(), everyMs), maxTimerMs)
    const timer = setTimeout(() => {
      timers.delete(stream)
      add(stream, false)
    }, inMs)
    timers.set(stream, timer.unref())
  }
}
