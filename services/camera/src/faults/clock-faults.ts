import { type Fault, planAgain } from './fault.ts'
import { beginAnew } from './order-faults.ts'

/** Faults of a whole recording. They are applied before all others, because they plan the recording again. */
export const clockFaults = {
  clock: {
    takes: 'duration',
    example: 'clock=1h',
    does: 'has a clock that is an hour fast; -1h: slow, which shows as latency',
    finding: 'producer-time-impossible',
    profile: 'dash-if-2',
    apply: (plan, milliseconds) => {
      const startedAt = new Date(plan.recording.startedAt.getTime() + milliseconds)
      const recording = { ...plan.recording, startedAt }
      return { ...plan, recording, objects: planAgain(plan, recording) }
    },
  },
  reboot: {
    takes: 'duration',
    example: 'reboot=8s',
    does: 'starts again after 8 s, in the session that it had begun',
    finding: 'session-restarted',
    profile: 'matter-1.6',
    apply: (plan, milliseconds) => beginAnew(plan, milliseconds, plan.recording.session),
  },
} as const satisfies Readonly<Record<string, Fault>>
