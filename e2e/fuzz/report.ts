/** The result of all inputs of one target. */
export interface Report {
  readonly target: string
  readonly inputs: number
  readonly seconds: number
  /** How often each outcome was seen. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Crashes, hangs, 5xx responses and forged identities, each with the seed that repeats its input. */
  readonly faults: readonly string[]
  readonly grownMiB: number
  readonly slowestMs: number
}

/** Counts outcomes and keeps the first `maxFaults` faults. */
export function createTally() {
  const outcomes = new Map<string, number>()
  const faults: string[] = []
  return {
    outcomes,
    faults,
    count(outcome: string): void {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    },
    fault(text: string): void {
      if (faults.length < maxFaults) faults.push(text)
    },
  }
}

export type Tally = ReturnType<typeof createTally>

const maxFaults = 20

/** The text of a report: one line for the target, and one for each fault. */
export function textOf({ target, inputs, seconds, outcomes, faults, grownMiB, slowestMs }: Report): string {
  const counted = [...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')
  const rate = Math.round(inputs / Math.max(seconds, 0.001))
  const figures = [
    `${inputs} inputs`,
    `${seconds.toFixed(1)} s`,
    `${rate}/s`,
    `slowest ${slowestMs.toFixed(0)} ms`,
  ]
  const summary = `${target}: ${figures.join(', ')}, memory ${grownMiB >= 0 ? '+' : ''}${grownMiB.toFixed(0)} MiB, faults ${faults.length}; ${counted}`
  return [summary, ...faults.map((fault) => `  FAULT ${fault}`), ''].join('\n')
}
