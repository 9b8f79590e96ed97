import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Address } from '@pushav/shared/settings.ts'

const bytesAtOnce = 256 * 1024
/** One for all connections: what was read is used up before the next read. */
const buffer = Buffer.allocUnsafeSlow(bytesAtOnce)

/** A socket to ingest; what it reads is lent to `receive` and changes after that. */
export function dial(address: Address, receive: (bytes: Buffer) => void): Socket {
  const options = {
    ...('path' in address ? { path: address.path } : { ...address, noDelay: true, keepAlive: true }),
    highWaterMark: bytesAtOnce,
    onread: {
      buffer,
      callback(count: number): boolean {
        receive(buffer.subarray(0, count))
        return true
      },
    },
  }
  return connect(options as NetConnectOpts)
}
