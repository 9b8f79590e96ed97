import type { InspectionFault } from '../inspection.ts'

/**
 * After this many malformed boxes, an upload, or a segment of a long one, is not inspected any further. Of
 * each other code as many faults are kept.
 */
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
  let isFull = false
  return {
    all: all as readonly InspectionFault[],
    isFull: () => isFull,
    /** Faults reported from now on are about the top-level box that begins at this byte. */
    enterBox(at: number): void {
      boxStart = at
    },
    /** Adds a fault; false once there are `maxFaults` malformed boxes, when the caller should stop. */
    report: (message: string, code: InspectionFault['code'] = 'box-malformed'): boolean =>
      reportAt(boxStart, message, code),
    reportAt,
    /** A header or segment of the bytes `from` up to `to` is complete: faults in it belong to that part. */
    completePart(from: number, to: number): void {
      addOutside(recent.filter((one) => one.boxStart < from))
      setRecent(recent.filter((one) => one.boxStart >= to))
    },
    /** The faults that are in no header and no segment; to be called once, at the end. */
    outside(): readonly InspectionFault[] {
      addOutside(recent)
      return outside
    },
  }

  /** Adds a fault about the top-level box that begins at `start`; returns as `report`. */
  function reportAt(start: number, message: string, code: InspectionFault['code']): boolean {
    const fault: InspectionFault = { code, message }
    if (mayAdd(all, code)) all.push(fault)
    const ofCode = recent.filter((one) => one.fault.code === code).length
    if (ofCode < maxFaults) setRecent([...recent, { fault, boxStart: start }])
    return !isFull
  }

  function setRecent(faults: readonly LocatedFault[]): void {
    recent = faults
    isFull = faults.filter(({ fault }) => fault.code === 'box-malformed').length >= maxFaults
  }

  function addOutside(strays: readonly LocatedFault[]): void {
    for (const { fault } of strays) if (mayAdd(outside, fault.code)) outside.push(fault)
  }
}

const mayAdd = (faults: readonly InspectionFault[], code: InspectionFault['code']): boolean =>
  faults.filter((fault) => fault.code === code).length < maxFaults
