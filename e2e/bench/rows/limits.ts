import { type Bench, type Row, ratio } from '../bench.ts'
import { pinnedServer } from '../servers/pinned-server.ts'
import { type LoadSpec, loadRow } from './load-row.ts'

/** All limits on requests and bytes, too high for this load to reach them. */
const on = {
  MAX_ADDRESS_BYTES: '64GiB',
  MAX_CERTIFICATE_BYTES: '64GiB',
  QUOTA_BYTES: '1TiB',
  QUOTA_UPLOADS: '1000000000',
  QUOTA_STREAMS: '1000000',
  QUOTA_STREAM_BYTES: '1TiB',
  QUOTA_STREAM_UPLOADS: '1000000000',
  QUOTA_DEVICE_BYTES: '1TiB',
  QUOTA_DEVICE_UPLOADS: '1000000000',
  QUOTA_DEVICE_STREAMS: '1000000',
  DISK_RESERVE: '1MiB',
  RETENTION_AGE: '10d',
  RETENTION_BYTES: '1TiB',
}

const off = {
  ...Object.fromEntries(
    ['ADDRESS', 'CERTIFICATE'].flatMap((of) =>
      ['CONNECTIONS', 'HANDSHAKES', 'REQUESTS', 'BYTES'].map((what) => [`MAX_${of}_${what}`, 'off']),
    ),
  ),
  DISK_RESERVE: '0',
}

const specs: readonly Omit<LoadSpec, 'targets'>[] = [
  { name: 'limits-8k-h1-c16', size: '8k', connections: 16 },
  { name: 'limits-8k-h2-c16', size: '8k', connections: 16, isHttp2: true },
]

export const limitsNames = specs.map(({ name }) => name)

/** The cost of all limits together: this server with limits beside the same without. */
export const limitsRows = (bench: Bench): Row[] =>
  specs.map((spec) =>
    loadRow(bench, [pinnedServer(bench, 'server', on), pinnedServer(bench, 'limits off', off)], {
      ...spec,
      targets: [ratio('rate', 'limits off', 'at least', 0.97)],
    }),
  )
