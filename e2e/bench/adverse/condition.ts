import { type Bench, type Measurement, own, type Row, type Target } from '../bench.ts'
import type { Start } from '../servers/launch.ts'
import { endOf, openScene, type Scene } from './setup.ts'

/** What the command line says of hard conditions. */
export type Hardness = NonNullable<Bench['options']['hard']>

/** One hard condition, as it is told in the table. */
export interface Condition {
  readonly name: string
  readonly cameras: number
  readonly targets?: readonly Target[]
  /** What the server is to be started with; what that needs goes when everything is over. */
  start?(built: AsyncDisposableStack): Promise<Start>
  /** Pushes while it is hard; figures, and faults beside those that show in the end. */
  suffer(scene: Scene): Promise<Measurement>
}

const always: readonly Target[] = [
  own('uploads without a 2xx', 'errors', 'at most', 0),
  own('uploads unprobed in the end', 'unprobed', 'at most', 0),
]

/** A server of its own, the condition, and what became of everything. */
export const conditionRow = (bench: Bench, condition: Condition): Row => ({
  name: condition.name,
  contenders: ['ours'],
  isOnce: true,
  targets: [...always, ...(condition.targets ?? [])],
  async measure() {
    await using built = new AsyncDisposableStack()
    const start = await condition.start?.(built)
    await using scene = await openScene(bench, condition.cameras, start)
    const suffered = await condition.suffer(scene)
    const end = await endOf(bench, scene)
    return {
      figures: { ...suffered.figures, ...end.figures },
      faults: [...suffered.faults, ...end.faults],
    }
  },
})
