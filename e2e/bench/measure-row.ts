import type { Bench, Measurement, Row } from './bench.ts'
import { median } from './statistics.ts'

/** The result of a row. */
export interface RowResult {
  readonly row: Row
  /** The runs with each server, in order. */
  readonly runs: ReadonlyMap<string, readonly Measurement[]>
  readonly faults: readonly string[]
}

/**
 * Measures a row with each server in turns, round after round. A run that fails is a fault and does not end the bench.
 */
export async function measureRow(
  row: Row,
  { options, signal }: Pick<Bench, 'options' | 'signal'>,
  tell: (line: string) => void,
): Promise<RowResult> {
  const runs = new Map<string, Measurement[]>(row.servers.map((name) => [name, []]))
  const faults: string[] = []
  for (let round = 1; round <= (row.isOnce ? 1 : options.rounds); round++) {
    for (const server of row.servers) {
      if (signal.aborted) break
      tell(`${row.name}, round ${round}, ${server}`)
      await measureOnce(server, round)
    }
  }
  return { row, runs, faults }

  async function measureOnce(server: string, round: number): Promise<void> {
    try {
      const measurement = await row.measure(server)
      runs.get(server)?.push(measurement)
      faults.push(...measurement.faults.map((fault) => `${server}, round ${round}: ${fault}`))
    } catch (error) {
      if (!signal.aborted) faults.push(`${server}, round ${round}: ${error}`)
    }
  }
}

/** The median of a figure over the rounds; null when it was not measured. */
export const medianOf =
  ({ runs }: RowResult) =>
  (server: string, figure: string): number | null =>
    median((runs.get(server) ?? []).flatMap(({ figures }) => figures[figure] ?? []))
