import { until } from '@pushav/shared/testing/until.ts'
import type { Identity } from '../../clients/curl.ts'
import { type Frame, flags, frame, frameReader, kinds, preface } from '../../clients/h2-frames.ts'
import { deviceSocket, type Reachable } from '../../clients/raw-tls.ts'

export type Field = readonly [name: string, value: string]

/** How the server reacts to frames that no library would send. */
export interface Heard {
  /** Streams that the server has reset, with the error codes. */
  readonly resets: Map<number, number>
  /** Streams to which the server has responded. */
  readonly responses: Set<number>
  /** Whether the server closed the connection. */
  readonly isClosed: boolean
}

/** Frames to write in this order, each a number of times. */
export interface Attack {
  readonly once?: Buffer
  readonly again?: Buffer
  readonly times?: number
  /** A stream whose response to wait for, too. */
  readonly last?: number
}

/** Writes the frames and a PING on a new connection. Waits for its response or the end of the connection. */
export async function attack(
  server: Reachable,
  device: Identity,
  { once: first = Buffer.alloc(0), again = Buffer.alloc(0), times = 0, last }: Attack,
): Promise<Heard> {
  const address = { host: '127.0.0.1', port: server.port, ALPNProtocols: ['h2'] }
  const tls = await deviceSocket(server, device, address)
  const heard = { resets: new Map<number, number>(), responses: new Set<number>(), isClosed: false }
  let isPonged = false
  const over = new Promise<void>((resolve) => tls.once('close', resolve))
  const read = frameReader(hear)
  tls.on('data', read).on('error', () => undefined)
  for (const end of ['end', 'close'])
    tls.once(end, () => {
      heard.isClosed = true
    })
  tls.write(Buffer.concat([preface, frame(kinds.settings, 0, 0), first]))
  const batch = Buffer.concat(Array.from({ length: Math.min(times, maxBatch) }, () => again))
  for (let sent = 0; sent < times && !heard.isClosed; sent += maxBatch)
    if (!tls.write(batch)) await Promise.race([new Promise((resolve) => tls.once('drain', resolve)), over])
  if (!heard.isClosed) tls.write(frame(kinds.ping, 0, 0, mark))
  await until(
    'a pong or the end of the connection',
    async () => heard.isClosed || (isPonged && isResponded()),
  )
  tls.destroy()
  return heard

  function isResponded(): boolean {
    return last === undefined || heard.responses.has(last)
  }

  function hear({ kind, flags: set, id, payload }: Frame): void {
    if (kind === kinds.settings && set !== flags.ack) tls.write(frame(kinds.settings, flags.ack, 0))
    if (kind === kinds.ping && set === flags.ack && payload.equals(mark)) isPonged = true
    if (kind === kinds.reset) heard.resets.set(id, payload.readUInt32BE(0))
    if (kind === kinds.headers) heard.responses.add(id)
  }
}

const maxBatch = 500
const mark = Buffer.from('the last')

/** A header block of any names and values, valid or not: RFC 7541 6.2.2, literals that are not indexed. */
export const headerBlock = (fields: readonly Field[]): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))

/** RFC 7541 5.2, without Huffman codes. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([integer(bytes.length), bytes])
}

/** RFC 7541 5.1, with a prefix of 7 bits. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** RFC 7541 6.2.1: a field that the receiver keeps in its dynamic table. */
export const indexedField = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.from([0x40]), text(name), text(value)])

export const get = (path: string): Field[] => [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'localhost'],
  [':path', path],
]

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
