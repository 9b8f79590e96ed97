import type { InspectionFault } from '../domain/inspection.ts'

/** After this many faults an upload is not looked at any further. */
const mostFaults = 16

export type Faults = ReturnType<typeof createFaults>

export function createFaults() {
  const faults: InspectionFault[] = []
  const isFull = (): boolean => faults.length >= mostFaults
  return {
    all: faults as readonly InspectionFault[],
    isFull,
    /** False once there are so many that looking further is no use. */
    malformed(message: string): boolean {
      if (!isFull()) faults.push({ code: 'box-malformed', message })
      return !isFull()
    },
  }
}
