import type { Logger } from '@pushav/shared/logger.ts'
import { Refusal } from '../lib/refusal.ts'
import type { FaultRule, UploadHead } from './fault-rule.ts'
import { type FaultRequest, termsOf } from './make-rules.ts'
import type { FaultStore, RuleCounts, StreamRule } from './ports.ts'
import { isCandidate, isDrawn, isInForce } from './select-upload.ts'

/** Fault rules of streams. Where a stream is named, the caller knows that it exists. */
export interface Faults {
  /** Whether a stream has rules; costs one look into a map, and nothing while no stream has any. */
  hasRules(stream: string): boolean
  /** The rule that hits an upload; null for none, and while Redis does not respond. Counts, and never throws. */
  hit(stream: string, head: UploadHead): Promise<FaultRule | null>
  /**
   * Makes rules, in their order behind those that the stream has. Throws the refusal `request-malformed` for those that
   * contradict themselves or are too many, and `Unavailable`, as all below.
   */
  make(
    stream: string,
    requests: readonly FaultRequest[],
    script: string | null,
  ): Promise<readonly FaultRule[]>
  list(stream: string): Promise<readonly CountedRule[]>
  /** Removes one rule, or all of the stream. Returns their ids; none where the rule is unknown. */
  remove(stream: string, rule: string | null): Promise<readonly string[]>
  /** Removes all rules of a stream that is deleted; those that stay because Redis does not respond do nothing. */
  forget(stream: string): void
}

/** A rule with its counts. */
export interface CountedRule extends RuleCounts {
  readonly rule: FaultRule
}

interface FaultsDeps {
  readonly store: FaultStore
  readonly newId: () => string
  readonly now: () => Date
  readonly log: Logger
  /** How soon this process sees what another one changes. */
  readonly intervalMs: number
}

const maxRulesOfStream = 32
const maxRules = 1_000

/** Reads the rules once, and again whenever another process has changed them. */
export async function startFaults({
  store,
  newId,
  now,
  log,
  intervalMs,
}: FaultsDeps): Promise<Faults & Disposable> {
  let byStream: ReadonlyMap<string, readonly FaultRule[]> = new Map()
  let version: string | null = null
  await refresh()
  const timer = setInterval(() => void refresh(), intervalMs).unref()
  return {
    hasRules: (stream) => byStream.size > 0 && byStream.has(stream),
    hit,
    make,
    list,
    remove,
    forget,
    [Symbol.dispose]: () => clearInterval(timer),
  }

  async function refresh(): Promise<void> {
    try {
      if ((await store.version()) !== version) await load()
    } catch (error) {
      log.debug({ error }, 'fault rules are not read again yet')
    }
  }

  /** The version first: what changes meanwhile is read once more. */
  async function load(): Promise<readonly StreamRule[]> {
    const read = await store.version()
    const all = (await store.all()).toSorted((one, other) => (one.rule.id < other.rule.id ? -1 : 1))
    byStream = new Map(
      Array.from(
        Map.groupBy(all, ({ stream }) => stream),
        ([stream, rules]) => [stream, rules.map(({ rule }) => rule)],
      ),
    )
    version = read
    return all
  }

  async function hit(stream: string, head: UploadHead): Promise<FaultRule | null> {
    const nowMs = now().getTime()
    for (const rule of byStream.get(stream) ?? [])
      try {
        if (await takes(rule, head, nowMs)) return rule
      } catch (error) {
        log.warn({ error, fault: rule.id }, 'a fault rule is passed over')
      }
    return null
  }

  async function takes(rule: FaultRule, head: UploadHead, nowMs: number): Promise<boolean> {
    const { certificate } = head
    if (rule.fault.kind !== 'certificate-expired')
      return isCandidate(rule, head, nowMs) && (await isChosen(rule)) && (await isCounted(rule))
    if (certificate === null || !isInForce(rule, nowMs)) return false
    const expired = await store.expiredCertificate(rule.id)
    if (expired !== null) return expired === certificate && (await isCounted(rule))
    if (!isCandidate(rule, head, nowMs) || !(await isChosen(rule))) return false
    return (await store.expireCertificate(rule.id, certificate)) && (await isCounted(rule))
  }

  async function isChosen(rule: FaultRule): Promise<boolean> {
    return isDrawn(rule.when, await store.countMatch(rule.id))
  }

  function isCounted(rule: FaultRule): Promise<boolean> {
    return store.countHit(rule.id, rule.maxHits)
  }

  async function make(stream: string, requests: readonly FaultRequest[], script: string | null) {
    const nowMs = now().getTime()
    // Rules are in the order of their ids, which those of one millisecond do not have by themselves.
    const ids = requests.map(newId).toSorted()
    const rules = requests.map((request, i) => ({
      id: ids[i] ?? newId(),
      ...termsOf(request, nowMs),
      script,
    }))
    const all = await load()
    const own = all.filter((rule) => rule.stream === stream).length
    if (own + rules.length > maxRulesOfStream)
      throw new Refusal('request-malformed', `a stream may have ${maxRulesOfStream} fault rules; delete some`)
    if (all.length + rules.length > maxRules)
      throw new Refusal('request-malformed', `this server may have ${maxRules} fault rules; delete some`)
    await store.add(rules.map((rule) => ({ stream, rule })))
    await load()
    return rules
  }

  async function list(stream: string): Promise<readonly CountedRule[]> {
    await load()
    const rules = byStream.get(stream) ?? []
    const counts = await store.counts(rules.map(({ id }) => id))
    return rules.map((rule, i) => ({ rule, ...(counts[i] ?? { matched: 0, hits: 0 }) }))
  }

  function forget(stream: string): void {
    if (!byStream.has(stream)) return
    remove(stream, null).catch((error) => log.warn({ error, stream }, 'fault rules are not removed'))
  }

  async function remove(stream: string, id: string | null): Promise<readonly string[]> {
    const all = await load()
    const removed = all.filter(({ rule, stream: of }) => of === stream && (id === null || rule.id === id))
    await store.remove(removed)
    await load()
    return removed.map(({ rule }) => rule.id)
  }
}
