import { readFile } from 'node:fs/promises'
import { connect, type TLSSocket } from 'node:tls'
import { seeded } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'
import { type Frame, flags, frame, frameReader, kinds, preface } from '../../clients/h2-frames.ts'
import { type ProxyAlone, startProxyAlone } from '../../support/topology/proxy-alone.ts'
import { createTally, type Report, type Tally } from '../report.ts'
import { mutatedFrames } from './frame-inputs.ts'
import { mutatedHead, mutatedRequests } from './request-inputs.ts'

/** Number of concurrent connections. */
const inFlight = 16
/** An input that has not ended after this time is a hang. The timeouts of the proxy for header and body are shorter. */
const maxMs = 60_000
/**
 * Inputs of one connection at most, one after the other or in one HTTP/2 stream each: a handshake costs more than an
 * input. When an input ends the connection, no other input is lost, because the next connection begins after it.
 */
const maxEach = { heads: 8, http: 8, h2: 20 } as const

/** A proxy that neither responds nor closes within this time is waiting for the rest of the input. */
const maxWaitMs = 500

export type FrontTarget = 'heads' | 'http' | 'h2'

/**
 * Sends `count` inputs to the port of a proxy, which forwards valid requests to a server that records them. With
 * `isRepeated` it sends the first inputs again on each connection, to find faults that depend on timing.
 */
export async function fuzzFront(
  target: FrontTarget,
  seed: number,
  count: number,
  isRepeated = false,
): Promise<Report> {
  await using proxy = await startProxyAlone({
    PROXY_HEADERS_TIMEOUT: '5s',
    PROXY_BODY_IDLE: '10s',
    LOG_LEVEL: 'warn',
  })
  const tally = createTally()
  /** Seeds of inputs after which the proxy kept the connection. */
  const passed = new Set<number>()
  const dial = await dialer(proxy, target === 'h2' ? 'h2' : 'http/1.1')
  await Promise.all(Array.from({ length: inFlight }, () => sendSome(-1, 1)))
  const atRest = (await proxy.memory()).nowMiB
  const begun = performance.now()
  let slowestMs = 0
  let next = 0
  await Promise.all(Array.from({ length: inFlight }, sendAll))
  const seconds = (performance.now() - begun) / 1_000
  if (proxy.exitCode() !== null) tally.fault(`the proxy ended with ${proxy.exitCode()}: ${proxy.output()}`)
  const grownMiB = (await proxy.memory()).nowMiB - atRest
  for (const line of proxy.output().split('\n').slice(0, 5))
    if (/"level":(50|"error")|exchange failed/.test(line)) tally.fault(`log: ${line}`)
  return {
    target,
    inputs: next,
    seconds,
    outcomes: tally.outcomes,
    faults: tally.faults,
    grownMiB,
    slowestMs,
  }

  async function sendAll(): Promise<void> {
    while (next < count && proxy.exitCode() === null) {
      const end = Math.min(next + maxEach[target], count)
      let n = next
      next = end
      while (n < end && proxy.exitCode() === null) {
        const from = performance.now()
        const taken = await sendSome(seed + (isRepeated ? 0 : n), isRepeated ? maxEach[target] : end - n)
        slowestMs = Math.max(slowestMs, performance.now() - from)
        n += isRepeated ? maxEach[target] : taken
      }
    }
  }

  /** Sends inputs over one connection. Returns how many the proxy has read, with the one that ended the connection. */
  async function sendSome(first: number, inputs: number): Promise<number> {
    const where = `--target ${target} --seed ${first} --count ${inputs}`
    const socket = await dial().catch(() => null)
    if (!socket) {
      tally.count('not connected')
      return inputs
    }
    const exchange = target === 'h2' ? exchangeFrames : exchangeText
    const { outcomes, taken } = await exchange(socket, first, inputs)
    socket.destroy()
    for (const outcome of outcomes) {
      tally.count(outcome)
      if (/^5|hang/.test(outcome)) tally.fault(`${where}: ${outcome}`)
    }
    return Math.min(Math.max(taken, 1), inputs)
  }

  async function exchangeText(socket: TLSSocket, first: number, inputs: number): Promise<Exchanged> {
    const mutated = target === 'heads' ? mutatedHead : mutatedRequests
    const over = isOver(socket)
    let received = ''
    let onData = (): void => undefined
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      lookAtForwarded(proxy, tally, first, passed)
      onData()
    })
    let taken = 0
    for (let isOpen = true; isOpen; taken++) {
      const n = first + taken
      const isLast = taken === inputs - 1
      if (isLast) socket.end(mutated(seeded(n)))
      else socket.write(Buffer.concat([mutated(seeded(n)), markBehind(n)]))
      isOpen = !isLast && (await isPassed(n))
    }
    // A proxy that waits for the rest of an input sees the end.
    socket.end()
    if (!(await over)) return { outcomes: [`hang after ${received.slice(0, 100)}`], taken }
    const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status = '']) => status)
    return { outcomes: statuses.length > 0 ? statuses : ['closed'], taken }

    /** Whether the proxy handled an input and kept the connection; false also when the proxy waits for more bytes. */
    async function isPassed(n: number): Promise<boolean> {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      onData = () => passed.delete(n) && resolve(true)
      const timer = setTimeout(resolve, maxWaitMs, false)
      const result = await Promise.race([promise, over.then(() => false)])
      clearTimeout(timer)
      return result
    }
  }

  async function exchangeFrames(socket: TLSSocket, first: number, inputs: number): Promise<Exchanged> {
    let outcome = 'closed'
    let lastStream = 1
    const { promise: pong, resolve } = Promise.withResolvers<boolean>()
    socket.on('data', frameReader(hear))
    socket.write(Buffer.concat([preface, frame(kinds.settings, 0, 0)]))
    for (let n = 0; n < inputs; n++) socket.write(mutatedFrames(seeded(first + n), 2 * n + 1))
    socket.write(frame(kinds.ping, 0, 0, Buffer.from('the last')))
    const isThrough = await Promise.race([isOver(socket), pong])
    lookAtForwarded(proxy, tally, first, passed)
    if (!isThrough) return { outcomes: ['hang'], taken: inputs }
    return { outcomes: [outcome], taken: outcome === 'served' ? inputs : (lastStream + 1) / 2 }

    function hear({ kind, flags: set, id, payload }: Frame): void {
      if (kind === kinds.ping && set === flags.ack && payload.equals(Buffer.from('the last'))) {
        outcome = 'served'
        resolve(true)
      }
      // RFC 7541, Appendix A: 8 to 14 are :status in the static table; 14 is 500.
      if (kind === kinds.headers && payload[0] === 0x8e) outcome = '500'
      if (kind === kinds.headers || kind === kinds.reset) lastStream = Math.max(lastStream, id | 1)
      // The payload begins with the last stream that the proxy may have processed (RFC 9113, 6.8).
      if (kind === kinds.goaway) lastStream = Math.max(lastStream, payload.readUInt32BE(0) | 1)
    }
  }
}

/** Resolves with whether the server ends the connection within `maxMs`. */
function isOver(socket: TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, maxMs, false)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(true)
    })
    socket.once('end', () => socket.destroy())
  })
}

/**
 * Opens connections without a certificate that resume the session of the connection before. TLS 1.2 resumes without a
 * key exchange, which would take most of the time.
 */
async function dialer(
  { port, rootCertificate }: ProxyAlone,
  protocol: string,
): Promise<() => Promise<TLSSocket>> {
  const ca = await readFile(rootCertificate)
  let session: Buffer | undefined
  return () =>
    new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        ca,
        ALPNProtocols: [protocol],
        maxVersion: 'TLSv1.2' as const,
      }
      const socket = connect({ ...options, ...(session && { session }) })
      socket.once('session', (given) => {
        session = given
      })
      socket.once('error', reject)
      socket.once('secureConnect', () => {
        socket.off('error', reject).on('error', () => undefined)
        resolve(socket)
      })
    })
}

interface Exchanged {
  readonly outcomes: readonly string[]
  readonly taken: number
}

/** A valid request after an input. When the upstream server receives it, the proxy has kept the connection. */
const markBehind = (seed: number): Buffer =>
  Buffer.from(`GET /passed/${seed} HTTP/1.1\r\nHost: localhost\r\n\r\n`)

/**
 * Reports a fault for each forwarded request that claims an identity, because no client had a certificate. Adds to
 * `passed` the seeds whose marks have been forwarded.
 */
function lookAtForwarded(
  { upstream }: ProxyAlone,
  tally: Tally,
  inputSeed: number,
  passed: Set<number>,
): void {
  for (const { headers, url } of upstream.seen.splice(0)) {
    const claimed = [headers['x-client-verify'], headers['client-cert'], headers['x-forwarded-for']].join()
    if (claimed !== 'NONE,,127.0.0.1') tally.fault(`near --seed ${inputSeed}: ${url} claims ${claimed}`)
    const [, mark] = /^\/passed\/(\d+)$/.exec(url) ?? []
    if (mark === undefined) tally.count('forwarded')
    else passed.add(Number(mark))
  }
}
