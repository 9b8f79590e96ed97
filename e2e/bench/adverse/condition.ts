import { type Bench, type Measurement, own, type Row, type Target } from '../bench.ts'
import type { StartOptions } from '../servers/launch.ts'
import { finalFigures, type Setup, setUp } from './setup.ts'

/** The flags about adverse conditions. */
export type AdverseOptions = NonNullable<Bench['options']['hard']>

/** One adverse condition: a row of the table. */
export interface Condition {
  readonly name: string
  readonly cameras: number
  readonly targets?: readonly Target[]
  /** Options to start the server with. Disposal of `built` removes what they need. */
  start?(built: AsyncDisposableStack): Promise<StartOptions>
  /** Pushes under the condition. Resolves with figures, and with faults besides those that the end of the row finds. */
  measure(setup: Setup): Promise<Measurement>
}

const always: readonly Target[] = [
  own('uploads without a 2xx', 'errors', 'at most', 0),
  own('uploads unprobed in the end', 'unprobed', 'at most', 0),
]

/** The row of a condition: a server of its own, the condition, and a check that nothing was lost. */
export const conditionRow = (bench: Bench, condition: Condition): Row => ({
  name: condition.name,
  servers: ['server'],
  isOnce: true,
  targets: [...always, ...(condition.targets ?? [])],
  async measure() {
    await using built = new AsyncDisposableStack()
    const start = await condition.start?.(built)
    await using setup = await setUp(bench, condition.cameras, start)
    const measured = await condition.measure(setup)
    const end = await finalFigures(bench, setup)
    return {
      figures: { ...measured.figures, ...end.figures },
      faults: [...measured.faults, ...end.faults],
    }
  },
})
