import { randomUUID } from 'node:crypto'
import type { Inspection } from '../media/inspection.ts'

/** The inspections of some uploads, stored together; null for bytes that were cut off. */
export type InspectionBundle = Readonly<Record<string, Inspection | null>>

/** A new name, `<lowest id>_<highest id>_<random>`, so that a search by id passes over other bundles. */
export function bundleNameOf(inspections: ReadonlyMap<string, Inspection | null>): string {
  const ids = [...inspections.keys()].sort()
  return `${ids[0]}_${ids.at(-1)}_${randomUUID()}`
}

/** Whether a bundle of that name may have the inspection of an upload. */
export function mayHold(name: string, upload: string): boolean {
  const [lowest = '', highest = ''] = name.split('_')
  return upload >= lowest && upload <= highest
}
