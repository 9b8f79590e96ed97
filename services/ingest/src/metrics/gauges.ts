import { statfs } from 'node:fs/promises'
import { Gauge, type Registry } from 'prom-client'
import type { ProbeStatus } from '../probes/ports.ts'
import type { InFlightUploads } from '../uploads/in-flight.ts'

export interface GaugeDeps {
  readonly backlog: ProbeStatus['backlog']
  readonly inFlight: Pick<InFlightUploads, 'all'>
  readonly workingDirectory: string
  /** How far the object store is behind; null without one. */
  readonly shipBacklog: (() => { readonly streams: number; readonly oldestMs: number }) | null
}

/** What is read when Prometheus asks. A value that cannot be read is left out. */
export function addIngestGauges(
  registry: Registry,
  { backlog, inFlight, workingDirectory, shipBacklog }: GaugeDeps,
): void {
  const registers = [registry]
  new Gauge({
    name: 'pavs_probe_jobs',
    help: 'Probe jobs by state',
    registers,
    labelNames: ['state'] as const,
    async collect() {
      this.reset()
      const found = await backlog().catch(() => null)
      if (!found) return
      this.set({ state: 'waiting' }, found.waiting)
      this.set({ state: 'running' }, found.running)
    },
  })
  new Gauge({
    name: 'pavs_probe_oldest_waiting_seconds',
    help: 'Age of the oldest probe job that waits',
    registers,
    async collect() {
      this.remove()
      const found = await backlog().catch(() => null)
      if (found) this.set(found.oldestWaitingMs / 1_000)
    },
  })
  new Gauge({
    name: 'pavs_uploads_in_flight',
    help: 'Uploads on their way',
    registers,
    collect() {
      this.set([...inFlight.all()].length)
    },
  })
  new Gauge({
    name: 'pavs_disk_free_bytes',
    help: 'Free space where uploads are kept',
    registers,
    async collect() {
      this.remove()
      const found = await statfs(workingDirectory).catch(() => null)
      if (found) this.set(found.bavail * found.bsize)
    },
  })
  new Gauge({
    name: 'pavs_store_streams_behind',
    help: 'Streams with lines that the object store lacks',
    registers,
    collect() {
      this.remove()
      if (shipBacklog) this.set(shipBacklog().streams)
    },
  })
  new Gauge({
    name: 'pavs_store_behind_seconds',
    help: 'How long the oldest of them waits',
    registers,
    collect() {
      this.remove()
      if (shipBacklog) this.set(shipBacklog().oldestMs / 1_000)
    },
  })
}
