import type { States } from '../events/states/states.ts'
import type { StreamNow } from '../events/states/stream-state-source.ts'
import { Refusal } from '../lib/refusal.ts'
import { Unavailable } from '../lib/unavailable.ts'
import { inPages } from '../streams/pages.ts'
import type { StreamQueries } from '../streams/ports.ts'
import type { StreamReads } from '../streams/read-streams.ts'
import type { SessionView } from '../streams/session-view.ts'
import type { Upload } from '../uploads/upload.ts'
import type { StreamExpectations } from './judge-expectations.ts'
import type { Verdict } from './verdict.ts'

/** What a client waits for. */
type WaitGoal = 'first-upload' | 'session-complete' | 'expectations'

/** What came of a wait: what its goal names, and null for the others. */
export interface WaitOutcome {
  readonly upload: Upload | null
  readonly session: SessionView | null
  /** Never pending. */
  readonly verdict: Verdict | null
}

/**
 * Waits until a stream has what the goal names; at once where it has. Null when the signal is given first. Throws the
 * refusals `stream-unknown`, also when the stream is deleted meanwhile, `wait-timeout` after `timeoutMs`, and
 * `request-malformed` for the verdict on a stream of which nothing is expected.
 */
export type WaitFor = (
  id: string,
  goal: WaitGoal,
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<WaitOutcome | null>

interface WaitForDeps {
  readonly states: Pick<States, 'stream'>
  readonly streams: Pick<StreamReads, 'assertExists' | 'summary' | 'sessionViewsOf'>
  readonly index: Pick<StreamQueries, 'log' | 'sessions'>
  readonly expectations: Pick<StreamExpectations, 'judge'>
}

const nothing: WaitOutcome = { upload: null, session: null, verdict: null }

/** Sessions that are in memory together. */
const sessionsPerRead = 64

/** States of a stream come when an event of any process changed it, and every few seconds. */
export function waitForWith({ states, streams, index, expectations }: WaitForDeps): WaitFor {
  const looks = new Map<string, Promise<WaitOutcome | null>>()
  return async function waitFor(id, goal, timeoutMs, signal) {
    await streams.assertExists(id)
    const over = new AbortController()
    const end = () => over.abort()
    const timer = setTimeout(end, timeoutMs)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    try {
      for await (const state of states.stream(id, over.signal)) {
        const outcome = await outcomeOf(id, goal, state)
        if (outcome || over.signal.aborted) return outcome ?? (await finish())
      }
      return await finish()
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
    }

    /** Looks once more at the end: what depends on the clock alone may have come at the last moment. */
    async function finish(): Promise<WaitOutcome | null> {
      if (signal.aborted) return null
      return (await look(id, goal)) ?? (await refuse(id, goal, timeoutMs))
    }
  }

  async function outcomeOf(id: string, goal: WaitGoal, state: StreamNow): Promise<WaitOutcome | null> {
    if (state.isIndexAway) return null
    try {
      return await look(id, goal)
    } catch (error) {
      if (error instanceof Unavailable) return null
      throw error
    }
  }

  /** Waits that one change wakes share what is read; one that begins later reads anew. */
  function look(id: string, goal: WaitGoal): Promise<WaitOutcome | null> {
    const key = `${goal} ${id}`
    const shared = looks.get(key)
    if (shared) return shared
    const fresh = lookFor(id, goal)
    looks.set(key, fresh)
    setImmediate(() => looks.delete(key))
    return fresh
  }

  async function lookFor(id: string, goal: WaitGoal): Promise<WaitOutcome | null> {
    switch (goal) {
      case 'first-upload':
        return lookForUpload(id)
      case 'session-complete':
        return lookForSession(id)
      case 'expectations': {
        const { verdict } = await judged(id)
        return verdict.state === 'pending' ? null : { ...nothing, verdict }
      }
    }
  }

  async function lookForUpload(id: string): Promise<WaitOutcome | null> {
    await streams.assertExists(id)
    const { uploads } = await index.log(id, 0, 1)
    const [first] = uploads
    return first ? { ...nothing, upload: first.upload } : null
  }

  async function lookForSession(id: string): Promise<WaitOutcome | null> {
    await streams.assertExists(id)
    for (const keys of inPages((await index.sessions(id)) ?? [], sessionsPerRead)) {
      const session = (await streams.sessionViewsOf(id, keys)).find(({ isComplete }) => isComplete)
      if (session) return { ...nothing, session }
    }
    return null
  }

  async function judged(id: string) {
    const found = await expectations.judge(id)
    if (found) return found
    throw new Refusal(
      'request-malformed',
      `nothing is expected of stream ${id}; PUT /expectations/${id} sets it`,
    )
  }

  async function refuse(id: string, goal: WaitGoal, timeoutMs: number): Promise<never> {
    const { totals, sessions } = await streams.summary(id)
    const extra = goal === 'expectations' ? { verdict: (await judged(id)).verdict } : {}
    const seen = `the stream has ${totals.uploads} uploads and ${sessions} sessions`
    throw new Refusal('wait-timeout', `waited ${timeoutMs / 1_000} s for ${goal}; ${seen}`, extra)
  }
}
