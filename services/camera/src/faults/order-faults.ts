import { segmentSeconds } from '../media/clip.ts'
import {
  anyInit,
  anySegment,
  change,
  type Fault,
  firstManifest,
  lastManifest,
  moveBehind,
  nthSegment,
  type ObjectFilter,
  type Plan,
  planAgain,
  remove,
  replace,
} from './fault.ts'

export const orderFaults = {
  skip: {
    takes: 'segment',
    example: 'skip=2',
    does: 'leaves segment 2 out',
    finding: 'segment-number-gap',
    profile: 'matter-1.6',
    apply: (plan, nth) => remove(plan, nthSegment(nth)),
  },
  swap: {
    takes: 'segment',
    example: 'swap=1',
    does: 'sends segment 1 behind the next',
    finding: 'tfdt-out-of-order',
    profile: 'dash-if-2',
    apply: (plan, nth) => moveBehind(plan, nthSegment(nth), nth + 1),
  },
  abandon: {
    takes: 'duration',
    example: 'abandon=8s',
    does: 'begins session 2 after 8 s without the end of the first',
    finding: 'session-abandoned',
    profile: 'matter-1.6',
    apply: (plan, milliseconds) => beginAnew(plan, milliseconds, '2'),
  },
  'first-number': {
    takes: { word: 'one' },
    example: 'first-number=one',
    does: 'numbers segments from 1',
    finding: 'segment-number-low',
    profile: 'matter-1.6',
    apply: (plan) =>
      change(plan, anySegment, (object) => ({
        ...object,
        path: object.path.replace(/\d+(?=\.m4s$)/, String(object.nth)),
      })),
  },
  session: {
    takes: { word: 'third' },
    example: 'session=third',
    does: 'begins with session 3',
    finding: 'session-number',
    profile: 'matter-1.6',
    apply: (plan) => ({ ...plan, objects: planAgain(plan, { session: '3' }) }),
  },
  manifest: {
    takes: { word: 'missing' },
    example: 'manifest=missing',
    does: 'sends no manifest before the segments',
    finding: 'segment-before-mpd',
    profile: 'matter-1.6',
    apply: (plan) => remove(plan, firstManifest),
  },
  'manifest-late': {
    takes: 'segment',
    example: 'manifest-late=1',
    does: 'sends the first manifest again behind segment 1, changed',
    finding: 'mpd-dynamic-late',
    profile: 'matter-1.6',
    apply: (plan, nth) => {
      const manifest = plan.objects.find(({ role }) => role === 'manifest')
      return manifest ? addBehind(plan, nth, changed(manifest)) : plan
    },
  },
  'end-first': {
    takes: { word: 'yes' },
    example: 'end-first=yes',
    does: 'sends the last manifest first',
    finding: 'mpd-static-early',
    profile: 'matter-1.6',
    apply: (plan) => ({
      ...plan,
      objects: [
        ...plan.objects.filter(isSelected(plan, lastManifest)),
        ...remove(plan, lastManifest).objects,
      ],
    }),
  },
  'end-twice': {
    takes: { word: 'yes' },
    example: 'end-twice=yes',
    does: 'sends the last manifest twice, the second time changed',
    finding: 'mpd-static-repeated',
    profile: 'matter-1.6',
    apply: (plan) => replace(plan, lastManifest, (object) => [object, changed(object)]),
  },
  late: {
    takes: 'segment',
    example: 'late=2',
    does: 'sends segment 2 behind the last manifest',
    finding: 'segment-after-end',
    profile: 'matter-1.6',
    apply: (plan, nth) => ({
      ...plan,
      objects: [
        ...remove(plan, nthSegment(nth)).objects,
        ...plan.objects.filter(isSelected(plan, nthSegment(nth))),
      ],
    }),
  },
  init: {
    takes: { word: 'missing' },
    example: 'init=missing',
    does: 'sends no init segments',
    finding: 'segment-before-init',
    profile: 'matter-1.6',
    apply: (plan) => remove(plan, anyInit),
  },
  'init-again': {
    takes: 'segment',
    example: 'init-again=1',
    does: 'sends another init segment behind segment 1',
    finding: 'init-after-segments',
    profile: 'matter-1.6',
    apply: (plan, nth) => {
      const init = plan.objects.find(({ role }) => role === 'init')
      const other = (body: Buffer) => Buffer.concat([body, Buffer.from([0, 0, 0, 8]), Buffer.from('free')])
      return init ? addBehind(plan, nth, { ...init, body: () => other(init.body()) }) : plan
    },
  },
  'init-name': {
    takes: { word: 'wrong' },
    example: 'init-name=wrong',
    does: 'calls init segments init.init',
    finding: 'init-name',
    profile: 'matter-1.6',
    apply: (plan) =>
      change(plan, anyInit, (object) => ({ ...object, path: object.path.replace(/[^/]+$/, 'init.init') })),
  },
} as const satisfies Readonly<Record<string, Fault>>

const isSelected =
  (plan: Plan, which: ObjectFilter) =>
  (object: Plan['objects'][number]): boolean =>
    which(object, plan.objects)

const changed = (object: Plan['objects'][number]): Plan['objects'][number] => ({
  ...object,
  body: () => Buffer.from(`${object.body()}<!-- again -->\n`),
})

function addBehind(plan: Plan, nth: number, added: Plan['objects'][number]): Plan {
  const at = plan.objects.findLastIndex(isSelected(plan, nthSegment(nth)))
  if (at < 0) return plan
  const { at: time } = plan.objects[at] ?? added
  return { ...plan, objects: plan.objects.toSpliced(at + 1, 0, { ...added, at: time }) }
}

/**
 * The objects up to a time, and then a new recording in `session`, which lasts for the rest of the time. A long request
 * that is open at that time is broken off.
 */
export function beginAnew(plan: Plan, milliseconds: number, session: string): Plan {
  const seconds = milliseconds / 1_000
  const { recording, objects } = plan
  const segments = recording.segments - Math.ceil(seconds / segmentSeconds)
  if (segments < 1) return { ...plan, objects: objects.filter(({ at }) => at <= seconds) }
  const startedAt = new Date(recording.startedAt.getTime() + milliseconds)
  const again = planAgain(plan, { segments, startedAt, session })
  return {
    ...plan,
    objects: [
      ...objects.filter(({ at }) => at <= seconds),
      ...again.map((object) => ({
        ...object,
        at: object.at + seconds,
        beginsAnew: object.isLong === true && object.role === 'init',
      })),
    ],
  }
}
