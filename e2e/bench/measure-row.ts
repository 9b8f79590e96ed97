import type { Bench, Measurement, Row } from './bench.ts'
import { median } from './statistics.ts'

/** What a row came to. */
export interface Measured {
  readonly row: Row
  /** The runs of each contender, in order. */
  readonly runs: ReadonlyMap<string, readonly Measurement[]>
  readonly faults: readonly string[]
}

/** Each contender in turn, round after round; a run that fails is a fault, not an end. */
export async function measureRow(
  row: Row,
  { options, signal }: Pick<Bench, 'options' | 'signal'>,
  tell: (line: string) => void,
): Promise<Measured> {
  const runs = new Map<string, Measurement[]>(row.contenders.map((name) => [name, []]))
  const faults: string[] = []
  for (let round = 1; round <= (row.isOnce ? 1 : options.rounds); round++) {
    for (const contender of row.contenders) {
      if (signal.aborted) break
      tell(`${row.name}, round ${round}, ${contender}`)
      await measureOnce(contender, round)
    }
  }
  return { row, runs, faults }

  async function measureOnce(contender: string, round: number): Promise<void> {
    try {
      const measurement = await row.measure(contender)
      runs.get(contender)?.push(measurement)
      faults.push(...measurement.faults.map((fault) => `${contender}, round ${round}: ${fault}`))
    } catch (error) {
      if (!signal.aborted) faults.push(`${contender}, round ${round}: ${error}`)
    }
  }
}

/** The median of a figure over the rounds; null where it was not measured. */
export const medianOf =
  ({ runs }: Measured) =>
  (contender: string, figure: string): number | null =>
    median((runs.get(contender) ?? []).flatMap(({ figures }) => figures[figure] ?? []))
