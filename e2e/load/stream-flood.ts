import type { TLSSocket } from 'node:tls'
import { until } from '@pushav/shared/testing/until.ts'
import type { Identity } from '../clients/curl.ts'
import { type Frame, flags, frame, frameReader, kinds, preface, uploadHead } from '../clients/h2-frames.ts'
import { deviceSocket, type Reachable } from '../clients/raw-tls.ts'

/**
 * How a flood opens streams without regard to any limit: as whole uploads, as heads without a body, reset at once, or
 * reset after one byte of the body.
 */
export type Manner = 'uploads' | 'heads' | 'resets' | 'cut-uploads'

/** What happened on one HTTP/2 connection. */
export interface FloodResult {
  /** Streams whose frames were sent before the server closed the connection. */
  readonly sent: number
  readonly answered: number
  /** Streams that the server reset. */
  readonly refused: number
  /** The error code with which the server closed the connection. */
  readonly goaway: number | null
  /** Whether a write failed. The system then discards the last frames of the server unread. */
  readonly isBrokenOff: boolean
}

export interface Flood {
  readonly stream: string
  readonly count: number
  readonly manner: Manner
}

/** Resolves when the socket takes more bytes; stays pending when the connection fails before. */
const drained = (tls: TLSSocket): Promise<void> => new Promise((resolve) => tls.once('drain', resolve))

/** Opens `count` streams on one connection as fast as possible, without a library, which would keep to limits. */
export async function floodStreams(
  server: Reachable,
  device: Identity,
  { stream, count, manner }: Flood,
): Promise<FloodResult> {
  const address = { host: '127.0.0.1', port: server.port, ALPNProtocols: ['h2'] }
  const tls = await deviceSocket(server, device, address)
  const heard = listen(tls)
  tls.write(Buffer.concat([preface, frame(kinds.settings, 0, 0), wideWindow]))
  let sent = 0
  for (; sent < count && !heard.isOver; sent++) {
    const path = `/streams/${stream}/flood/${manner}-${sent}.bin`
    if (!tls.write(framesOf(manner, 2 * sent + 1, path))) await Promise.race([drained(tls), heard.over])
  }
  // The response to a ping comes behind what was said before it.
  if (!heard.isOver) tls.write(frame(kinds.ping, 0, 0, Buffer.alloc(8)))
  const isThrough = () => (manner === 'uploads' ? heard.answered + heard.refused >= sent : heard.isPonged)
  await until('an end of the flood', async () => heard.isOver || isThrough(), 60_000)
  tls.destroy()
  const { answered, refused, goaway, isBrokenOff } = heard
  return { sent, answered, refused, goaway, isBrokenOff }
}

function framesOf(manner: Manner, id: number, path: string): Buffer {
  const head = frame(kinds.headers, flags.endHeaders, id, uploadHead(path))
  if (manner === 'heads') return head
  if (manner === 'uploads')
    return Buffer.concat([head, frame(kinds.data, flags.endStream, id, Buffer.from(path))])
  const byte = manner === 'cut-uploads' ? [frame(kinds.data, 0, id, Buffer.from('x'))] : []
  return Buffer.concat([head, ...byte, frame(kinds.reset, 0, id, uint32(cancel))])
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const cancel = 8
/** A flow-control window so large that no response has to wait for this client. */
const wideWindow = frame(kinds.windowUpdate, 0, 0, uint32(2 ** 30))

function listen(tls: TLSSocket) {
  const over = Promise.withResolvers<void>()
  const heard = {
    answered: 0,
    refused: 0,
    goaway: null as number | null,
    isPonged: false,
    isBrokenOff: false,
    isOver: false,
  }
  const read = frameReader(hear)
  tls.on('data', read).on('error', () => {
    heard.isBrokenOff = true
  })
  tls.once('end', end).once('close', end)
  return Object.assign(heard, { over: over.promise })

  function hear({ kind, flags: set, payload }: Frame): void {
    if (kind === kinds.headers) heard.answered++
    if (kind === kinds.reset) heard.refused++
    if (kind === kinds.ping && set === flags.ack) heard.isPonged = true
    if (kind === kinds.settings && set !== flags.ack) tls.write(frame(kinds.settings, flags.ack, 0))
    // Node sends another one without an error behind the one that says why.
    if (kind === kinds.goaway) heard.goaway ||= payload.readUInt32BE(4)
  }

  function end(): void {
    heard.isOver = true
    over.resolve()
  }
}
