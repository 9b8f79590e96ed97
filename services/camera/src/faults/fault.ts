import type { Clip } from '../media/clip.ts'
import type { PlannedObject, Profile, SessionSetup } from '../profiles/plan.ts'
import type { ProfileName } from '../profiles/profiles.ts'

/** What a camera is about to send. */
export interface Plan {
  readonly profile: Profile
  readonly recording: SessionSetup
  readonly objects: readonly PlannedObject[]
}

/** One thing that a camera does wrong; the word in front of `=` is its key in the table. */
export interface Fault {
  /** What stands behind the `=`: a number of a segment from 1, a time, or this word. */
  readonly takes: 'segment' | 'duration' | { readonly word: string }
  /** As it is written in `--faults`. */
  readonly example: string
  readonly does: string
  /** The code of the finding that a server gives to it. */
  readonly finding: string
  /** A profile that shows it. */
  readonly profile: ProfileName
  /** `value`: the number of the segment, milliseconds, or 0 for a word. */
  readonly apply: (plan: Plan, value: number) => Plan
}

type Change = (object: PlannedObject) => PlannedObject

/** Which objects a fault is about. */
export type Which = (object: PlannedObject, all: readonly PlannedObject[]) => boolean

/** The nth segment of the first track. */
export const nthSegment =
  (nth: number): Which =>
  (object, all) =>
    object.role === 'segment' && object.nth === nth && object.track === firstTrack(all)

const firstTrack = (all: readonly PlannedObject[]): string | null =>
  all.find(({ track }) => track !== null)?.track ?? null

export const anyInit: Which = ({ role }) => role === 'init'
export const anyManifest: Which = ({ role }) => role === 'manifest'
export const anySegment: Which = ({ role }) => role === 'segment'

/** The manifest that comes first, or last. */
export const firstManifest: Which = (object, all) => object === all.find(({ role }) => role === 'manifest')
export const lastManifest: Which = (object, all) => object === all.findLast(({ role }) => role === 'manifest')

export const change = (plan: Plan, which: Which, how: Change): Plan =>
  withObjects(plan, (all) => all.map((object) => (which(object, all) ? how(object) : object)))

export const remove = (plan: Plan, which: Which): Plan =>
  withObjects(plan, (all) => all.filter((object) => !which(object, all)))

/** Other objects in the place of those that are meant. */
export const replace = (
  plan: Plan,
  which: Which,
  by: (object: PlannedObject) => readonly PlannedObject[],
): Plan => withObjects(plan, (all) => all.flatMap((object) => (which(object, all) ? by(object) : [object])))

/** Moves what is meant behind the nth segment of all tracks. */
export function moveBehind(plan: Plan, which: Which, nth: number): Plan {
  return withObjects(plan, (all) => {
    const moved = all.filter((object) => which(object, all))
    const others = all.filter((object) => !moved.includes(object))
    const at = others.findLastIndex((object) => object.role === 'segment' && object.nth === nth) + 1
    return others.toSpliced(at, 0, ...moved)
  })
}

export const changeBody = (plan: Plan, which: Which, how: (body: Buffer) => Buffer): Plan =>
  change(plan, which, (object) => ({ ...object, body: () => how(object.body()) }))

export const changeText = (plan: Plan, which: Which, how: (text: string) => string): Plan =>
  changeBody(plan, which, (body) => Buffer.from(how(body.toString())))

/** The same camera, begun anew. */
export const planAgain = (
  { profile, recording }: Plan,
  how: Partial<SessionSetup>,
): readonly PlannedObject[] => profile.planOf({ ...recording, ...how })

/** Units a second of the first track. */
export const unitsOf = (clip: Clip): number => clip.video.timescale

const withObjects = (
  plan: Plan,
  how: (objects: readonly PlannedObject[]) => readonly PlannedObject[],
): Plan => ({ ...plan, objects: how(plan.objects) })
