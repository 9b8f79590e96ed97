import { excerpt, type Finding } from '../validation/finding.ts'
import type { Verdict } from './pending-verdicts.ts'

const maxErrors = 20

/** What is wrong with the parts of one request, for whoever sent it. */
export interface PartErrors {
  /** The first of them, each with its part's name before it. */
  readonly errors: readonly Finding[]
  /** Some verdict took too long. */
  readonly isPending: boolean
}

/** Gathers verdicts as they come; holds no more than those still to come. */
export function createPartVerdicts() {
  const coming = new Set<Promise<void>>()
  const errors: Finding[] = []
  let isPending = false
  return { add, result }

  function add(name: string, verdict: Promise<Verdict | null>): void {
    const told = verdict.then((given) => take(name, given))
    coming.add(told)
    void told.then(() => coming.delete(told))
  }

  function take(name: string, verdict: Verdict | null): void {
    if (verdict === null) isPending = true
    const wrong = (verdict?.findings ?? []).filter(({ severity }) => severity === 'error')
    const named = wrong.map((finding) => ({ ...finding, message: `${name}: ${excerpt(finding.message)}` }))
    errors.push(...named.slice(0, maxErrors - errors.length))
  }

  async function result(): Promise<PartErrors> {
    await Promise.all(coming)
    return { errors, isPending }
  }
}
