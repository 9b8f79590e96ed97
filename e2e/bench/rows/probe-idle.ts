import { readFile } from 'node:fs/promises'
import { type Bench, own, type Row } from '../bench.ts'
import { bareFfprobe, confinedFfprobe, timeFfprobe } from '../ffprobe-alone.ts'
import { type Server, segmentPath, startServer } from '../servers/server.ts'
import { median } from '../statistics.ts'

const samples = 15

/** How long after the response to a PUT its probe can be read on an idle server. */
export const probeIdleRow = (bench: Bench): Row => ({
  name: 'probe-idle',
  servers: ['server'],
  isOnce: true,
  targets: [own('PUT answered → probe readable, ms beyond a bare ffprobe', 'beyond', 'at most', 20)],
  async measure() {
    await using server = await startServer(bench)
    const segment = bench.media.segments['64k']
    const [body, bare, confined] = await Promise.all([readFile(segment), bareFfprobe(), confinedFfprobe()])
    const times = { readable: [] as number[], bare: [] as number[], confined: [] as number[] }
    for (let number = 0; number < samples; number++) {
      bench.signal.throwIfAborted()
      times.readable.push(await timeProbe(server, number, body))
      times.bare.push(await timeFfprobe(bare, bench.media, segment))
      times.confined.push(await timeFfprobe(confined, bench.media, segment))
    }
    const [p50 = 0, alone = 0, inside = 0] = Object.values(times).map((each) => median(each) ?? 0)
    return { figures: { p50, bare: alone, confined: inside, beyond: p50 - alone }, faults: [] }
  },
})

async function timeProbe({ api, stream }: Server, number: number, body: Buffer): Promise<number> {
  const path = segmentPath(number)
  const put = await api.call('PUT', `/streams/${stream}/${path}`, body)
  const { status, tookMs } = await api.call('GET', `/probe/${stream}/${path}`)
  if (put.status !== 202 || status !== 200)
    throw new Error(`PUT was answered ${put.status}, its probe ${status}`)
  return tookMs
}
