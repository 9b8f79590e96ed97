import type { Bench, Row } from '../bench.ts'
import { memoryRow } from '../rows/memory.ts'

/** 7: 256 × 1 MiB at once, and one PUT of 2 GiB. */
export const largeBodiesRow = (bench: Bench): Row => ({
  ...memoryRow({ ...bench, options: { ...bench.options, hasMemory: true } }),
  name: '7-memory',
})
