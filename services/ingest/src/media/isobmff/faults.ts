import type { InspectionFault } from '../inspection.ts'

/** After this many faults an upload, or a segment of a long one, is not looked at any further. */
const maxFaults = 16

export type Faults = ReturnType<typeof createFaults>

interface Placed {
  readonly fault: InspectionFault
  /** Where the top-level box begins that it is about. */
  readonly place: number
}

export function createFaults() {
  const all: InspectionFault[] = []
  const outside: InspectionFault[] = []
  let recent: readonly Placed[] = []
  let place = 0
  const isFull = (): boolean => recent.length >= maxFaults
  return {
    all: all as readonly InspectionFault[],
    isFull,
    /** What is told from now on is about the top-level box that begins here. */
    lookAt(at: number): void {
      place = at
    },
    /** False once there are so many that looking further is no use. */
    malformed(message: string): boolean {
      if (isFull()) return false
      const fault: InspectionFault = { code: 'box-malformed', message }
      if (all.length < maxFaults) all.push(fault)
      recent = [...recent, { fault, place }]
      return !isFull()
    },
    /** A header or a segment is complete: what is wrong in it is its own. */
    settle(from: number, to: number): void {
      leaveOut(recent.filter((one) => one.place < from))
      recent = recent.filter((one) => one.place >= to)
    },
    /** Of all, those that are in no header and no segment. */
    outside(): readonly InspectionFault[] {
      leaveOut(recent)
      return outside
    },
  }

  function leaveOut(strays: readonly Placed[]): void {
    outside.push(...strays.map(({ fault }) => fault).slice(0, maxFaults - outside.length))
  }
}
