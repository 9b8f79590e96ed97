import type { Clip } from '../media/clip.ts'
import type { PlannedObject, Profile, SessionSetup } from '../profiles/plan.ts'
import type { ProfileName } from '../profiles/profiles.ts'

/** What a camera is about to send. */
export interface Plan {
  readonly profile: Profile
  readonly recording: SessionSetup
  readonly objects: readonly PlannedObject[]
}

/** One thing that a camera does wrong. Its key in the table is the word before `=` in `--faults`. */
export interface Fault {
  /** What stands after `=`: the number of a segment, from 1; a duration; or this word. */
  readonly takes: 'segment' | 'duration' | { readonly word: string }
  /** How the fault is written in `--faults`. */
  readonly example: string
  /** What the camera does, for `--help`. */
  readonly does: string
  /** The code of the finding with which a server reports the fault. */
  readonly finding: string
  /** A profile whose cameras can have the fault. */
  readonly profile: ProfileName
  /** `value` is the number of the segment, the duration in milliseconds, or 0 for a word. */
  readonly apply: (plan: Plan, value: number) => Plan
}

type Change = (object: PlannedObject) => PlannedObject

/** Selects the objects that a fault changes. */
export type ObjectFilter = (object: PlannedObject, all: readonly PlannedObject[]) => boolean

/** Selects the nth segment, from 1, of the first track. */
export const nthSegment =
  (nth: number): ObjectFilter =>
  (object, all) =>
    object.role === 'segment' && object.nth === nth && object.track === firstTrack(all)

const firstTrack = (all: readonly PlannedObject[]): string | null =>
  all.find(({ track }) => track !== null)?.track ?? null

export const anyInit: ObjectFilter = ({ role }) => role === 'init'
export const anyManifest: ObjectFilter = ({ role }) => role === 'manifest'
export const anySegment: ObjectFilter = ({ role }) => role === 'segment'

/** Select the first or the last manifest of the recording. */
export const firstManifest: ObjectFilter = (object, all) =>
  object === all.find(({ role }) => role === 'manifest')
export const lastManifest: ObjectFilter = (object, all) =>
  object === all.findLast(({ role }) => role === 'manifest')

export const change = (plan: Plan, which: ObjectFilter, how: Change): Plan =>
  withObjects(plan, (all) => all.map((object) => (which(object, all) ? how(object) : object)))

export const remove = (plan: Plan, which: ObjectFilter): Plan =>
  withObjects(plan, (all) => all.filter((object) => !which(object, all)))

/** Replaces each selected object by the objects that `by` returns. */
export const replace = (
  plan: Plan,
  which: ObjectFilter,
  by: (object: PlannedObject) => readonly PlannedObject[],
): Plan => withObjects(plan, (all) => all.flatMap((object) => (which(object, all) ? by(object) : [object])))

/** Moves the selected objects to the place after the nth segments of all tracks. */
export function moveBehind(plan: Plan, which: ObjectFilter, nth: number): Plan {
  return withObjects(plan, (all) => {
    const moved = all.filter((object) => which(object, all))
    const others = all.filter((object) => !moved.includes(object))
    const at = others.findLastIndex((object) => object.role === 'segment' && object.nth === nth) + 1
    return others.toSpliced(at, 0, ...moved)
  })
}

export const changeBody = (plan: Plan, which: ObjectFilter, how: (body: Buffer) => Buffer): Plan =>
  change(plan, which, (object) => ({ ...object, body: () => how(object.body()) }))

export const changeText = (plan: Plan, which: ObjectFilter, how: (text: string) => string): Plan =>
  changeBody(plan, which, (body) => Buffer.from(how(body.toString())))

/** The objects of the same camera for a recording that differs by `how`. */
export const planAgain = (
  { profile, recording }: Plan,
  how: Partial<SessionSetup>,
): readonly PlannedObject[] => profile.planOf({ ...recording, ...how })

/** Timescale of the first track, in units a second. */
export const unitsOf = (clip: Clip): number => clip.video.timescale

const withObjects = (
  plan: Plan,
  how: (objects: readonly PlannedObject[]) => readonly PlannedObject[],
): Plan => ({ ...plan, objects: how(plan.objects) })
