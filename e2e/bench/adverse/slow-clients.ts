import { readFile } from 'node:fs/promises'
import { slowReaders } from '../../load/slow-readers.ts'
import { slowWriters } from '../../load/slow-writers.ts'
import { sha256Of } from '../../server/journal.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { type AdverseOptions, conditionRow } from './condition.ts'
import { connectionsWithinFileLimit } from './file-limit.ts'
import { responseFigures, type Setup } from './setup.ts'

const rate = 100

/** 4: a thousand uploads and a thousand downloads of a byte a second beside 16 cameras. */
export const slowClientsRow = (bench: Bench, { seconds, slow }: AdverseOptions): Row =>
  conditionRow(bench, {
    name: '4-slow-crowds',
    cameras: 16,
    targets: [own('p99 beside the crowds / without', 'slowdown', 'at most', 5)],
    async measure(setup) {
      const { server, fleet } = setup
      const count = connectionsWithinFileLimit(2 * slow) / 2
      const without = responseFigures('without', await fleet.push({ rate, seconds, signal: bench.signal }))
      const object = await putObject(bench, setup)
      using writers = await slowWriters(server.standalone, bench.identity, server.stream, count)
      using readers = await slowReaders(server.standalone, bench.identity, object, count)
      const beside = responseFigures('beside', await fleet.push({ rate, seconds, signal: bench.signal }))
      const faults = [...(await writers.finish()), ...(await readers.finish())]
      const slowdown = (beside['beside p99'] ?? 0) / (without['without p99'] ?? 1)
      return { figures: { crowd: 2 * count, ...without, ...beside, slowdown }, faults: faults.slice(0, 10) }
    },
  })

async function putObject({ media }: Bench, { server: { api, stream } }: Setup) {
  const bytes = await readFile(media.segments['1m'])
  const path = `/streams/${stream}/bench/read-slowly.m4s`
  const { status } = await api.call('PUT', path, bytes)
  if (status !== 202) throw new Error(`the object to read was answered ${status}`)
  return { path, sha256: sha256Of(bytes) }
}
