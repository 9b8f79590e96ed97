import type { InspectionFault } from '../inspection.ts'

/** After this many faults, an upload, or a segment of a long one, is not inspected any further. */
const maxFaults = 16

export type Faults = ReturnType<typeof createFaults>

interface LocatedFault {
  readonly fault: InspectionFault
  /** First byte of the top-level box that the fault is about. */
  readonly boxStart: number
}

/**
 * Collects the faults in the boxes of one upload, and separately those outside of its headers and segments.
 */
export function createFaults() {
  const all: InspectionFault[] = []
  const outside: InspectionFault[] = []
  let recent: readonly LocatedFault[] = []
  let boxStart = 0
  const isFull = (): boolean => recent.length >= maxFaults
  return {
    all: all as readonly InspectionFault[],
    isFull,
    /** Faults reported from now on are about the top-level box that begins at this byte. */
    enterBox(at: number): void {
      boxStart = at
    },
    /** Adds a fault; false once there are `maxFaults` of them, when the caller should stop. */
    report(message: string): boolean {
      if (isFull()) return false
      const fault: InspectionFault = { code: 'box-malformed', message }
      if (all.length < maxFaults) all.push(fault)
      recent = [...recent, { fault, boxStart }]
      return !isFull()
    },
    /** A header or segment of the bytes `from` up to `to` is complete: faults in it belong to that part. */
    completePart(from: number, to: number): void {
      addOutside(recent.filter((one) => one.boxStart < from))
      recent = recent.filter((one) => one.boxStart >= to)
    },
    /** The faults that are in no header and no segment; to be called once, at the end. */
    outside(): readonly InspectionFault[] {
      addOutside(recent)
      return outside
    },
  }

  function addOutside(strays: readonly LocatedFault[]): void {
    outside.push(...strays.map(({ fault }) => fault).slice(0, maxFaults - outside.length))
  }
}
