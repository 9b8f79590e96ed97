import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from '../../server/run.ts'
import type { Bench, Row } from '../bench.ts'
import { type AdverseOptions, conditionRow } from './condition.ts'
import { responseFigures } from './setup.ts'

const source = join(import.meta.dirname, 'slow-disk.c')
const slowUs = 10_000
const stalledUs = 3_000_000

/** 3: each write, sync and new name takes 10 ms longer; then some take three seconds, as on memory cards. */
export const slowDiskRow = (bench: Bench, { seconds }: AdverseOptions): Row => {
  const delayFile = join(bench.directory, 'slow-disk')
  const delay = (us: number) => writeFile(delayFile, new BigInt64Array([BigInt(us)]), { flag: 'r+' })
  return conditionRow(bench, {
    name: '3-disk-late',
    cameras: 16,
    async start() {
      const library = join(bench.directory, 'slow-disk.so')
      await mustRun('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'])
      await writeFile(delayFile, new BigInt64Array(1))
      return { env: { LD_PRELOAD: library, SLOW_DISK: delayFile } }
    },
    async measure({ fleet }) {
      const push = () => fleet.push({ rate: 50, seconds: seconds / 3, signal: bench.signal })
      const calm = await push()
      await delay(slowUs)
      const slow = await push()
      const stalling = push()
      await delay(stalledUs)
      setTimeout(() => void delay(0), 1_000)
      const stalled = await stalling
      return {
        figures: {
          ...responseFigures('calm', calm),
          ...responseFigures('slow', slow),
          ...responseFigures('stalled', stalled),
        },
        faults: [],
      }
    },
  })
}
