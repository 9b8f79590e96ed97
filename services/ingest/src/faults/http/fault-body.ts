import type { IncomingMessage } from 'node:http'
import { bytesOf } from '../../uploads/http/request-body.ts'
import type { Fault } from '../fault-rule.ts'
import type { SleepWhileOpen } from './sleep-while-open.ts'

/** After waiting this long in all, a slow body is read at full speed. */
const maxSlowMs = 600_000

/** The bytes of a body under a fault: all that came before the server reads no further are given, then it throws. */
export function bodyThrough(
  fault: Fault,
  request: IncomingMessage,
  declaredBytes: number | null,
  sleep: SleepWhileOpen,
): AsyncIterable<Buffer> {
  const half = Math.max(1, Math.floor((declaredBytes ?? 0) / 2))
  switch (fault.kind) {
    case 'status':
      return fault.at === 'head' ? arrived(request) : bytesOf(request)
    case 'connections':
    case 'certificate-expired':
      return arrived(request)
    case 'cut':
    case 'reset':
      if (fault.at === 'head') return arrived(request)
      if (fault.at === 'end') return bytesOf(request)
      return upTo(fault.at === 'middle' ? (fault.afterBytes ?? half) : 1, request)
    case 'stall':
      return stalled(request, fault.afterBytes ?? half, () => sleep(fault.ms))
    case 'slow':
      return slowed(request, fault.bytesPerSecond, sleep)
    default:
      return bytesOf(request)
  }
}

/** What has arrived of a body that is not read. */
async function* arrived(request: IncomingMessage): AsyncGenerator<Buffer> {
  const bytes: Buffer | null = request.read()
  if (bytes) yield bytes
  if (!request.complete) throw new Error('the server refused the upload before its body')
}

async function* upTo(maxBytes: number, request: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const more of bytesOf(request)) {
    bytes += more.length
    yield more
    if (bytes >= maxBytes && !request.complete) throw new Error('the server cut the upload off')
  }
}

async function* stalled(
  request: IncomingMessage,
  afterBytes: number,
  wait: () => Promise<void>,
): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const more of bytesOf(request)) {
    const isNow = bytes < afterBytes && bytes + more.length >= afterBytes
    bytes += more.length
    yield more
    if (isNow) await wait()
  }
}

async function* slowed(
  request: IncomingMessage,
  bytesPerSecond: number,
  sleep: SleepWhileOpen,
): AsyncGenerator<Buffer> {
  let leftMs = maxSlowMs
  for await (const more of bytesOf(request)) {
    const ms = Math.min(leftMs, (more.length / bytesPerSecond) * 1_000)
    yield more
    leftMs -= ms
    if (ms > 0) await sleep(ms)
  }
}
