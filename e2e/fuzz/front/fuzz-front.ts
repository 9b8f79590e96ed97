import { readFile } from 'node:fs/promises'
import { connect, type TLSSocket } from 'node:tls'
import { seeded } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'
import { type Frame, flags, frame, frameReader, kinds, preface } from '../../clients/h2-frames.ts'
import { type ProxyAlone, startProxyAlone } from '../../support/topology/proxy-alone.ts'
import { createTally, type Report, type Tally } from '../report.ts'
import { mutatedFrames } from './frame-inputs.ts'
import { mutatedHead, mutatedRequests } from './request-inputs.ts'

/** Connections at a time. */
const inFlight = 16
/** After that long without an end an input counts as a hang; header and body time-outs of the proxy are shorter. */
const maxMs = 60_000
/** Streams of one connection of HTTP/2. */
const streamsEach = 20

export type FrontTarget = 'heads' | 'http' | 'h2'

/**
 * Sends so many inputs to the port of a real proxy, which forwards what is left of them to a server that notes it. With
 * `isRepeated` they are the first ones again and again, for what shows by chance.
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
  const dial = await dialer(proxy, target === 'h2' ? 'h2' : 'http/1.1')
  await Promise.all(Array.from({ length: inFlight }, () => sendOne(-1)))
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
      const n = isRepeated ? 0 : next
      next += target === 'h2' ? streamsEach : 1
      const from = performance.now()
      await sendOne(seed + n)
      slowestMs = Math.max(slowestMs, performance.now() - from)
      lookAtForwarded(proxy, tally, seed + n)
    }
  }

  async function sendOne(inputSeed: number): Promise<void> {
    const where = `--target ${target} --seed ${inputSeed} --count 1`
    const socket = await dial().catch(() => null)
    if (!socket) return tally.count('not connected')
    const outcome =
      target === 'h2' ? await exchangeFrames(socket, inputSeed) : await exchangeText(socket, inputSeed)
    socket.destroy()
    tally.count(outcome)
    if (/^5|hang/.test(outcome)) tally.fault(`${where}: ${outcome}`)
  }

  async function exchangeText(socket: TLSSocket, inputSeed: number): Promise<string> {
    const random = seeded(inputSeed)
    let received = ''
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
    })
    socket.end(target === 'heads' ? mutatedHead(random) : mutatedRequests(random))
    if (!(await isOver(socket))) return `hang after ${received.slice(0, 100)}`
    const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status = '']) => status)
    return statuses.find((status) => status.startsWith('5')) ?? statuses[0] ?? 'closed'
  }

  async function exchangeFrames(socket: TLSSocket, inputSeed: number): Promise<string> {
    let outcome = 'closed'
    const { promise: pong, resolve } = Promise.withResolvers<boolean>()
    socket.on('data', frameReader(hear))
    socket.write(Buffer.concat([preface, frame(kinds.settings, 0, 0)]))
    for (let n = 0; n < streamsEach; n++) socket.write(mutatedFrames(seeded(inputSeed + n), 2 * n + 1))
    socket.write(frame(kinds.ping, 0, 0, Buffer.from('the last')))
    const isThrough = await Promise.race([isOver(socket), pong])
    return isThrough ? outcome : 'hang'

    function hear({ kind, flags: set, payload }: Frame): void {
      if (kind === kinds.ping && set === flags.ack && payload.equals(Buffer.from('the last'))) {
        outcome = 'served'
        resolve(true)
      }
      // RFC 7541, Appendix A: 8 to 14 are :status in the static table; 14 is 500.
      if (kind === kinds.headers && payload[0] === 0x8e) outcome = '500'
    }
  }
}

/** Whether the server ends the connection in time. */
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

/** Opens connections without a certificate, with the session of the first one. */
async function dialer(
  { port, rootCertificate }: ProxyAlone,
  protocol: string,
): Promise<() => Promise<TLSSocket>> {
  const ca = await readFile(rootCertificate)
  let session: Buffer | undefined
  return () =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: 'localhost', ca, ALPNProtocols: [protocol] }
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

/** No request that reached the server behind may claim an identity, because none was proved. */
function lookAtForwarded({ upstream }: ProxyAlone, tally: Tally, inputSeed: number): void {
  for (const { headers, url } of upstream.seen.splice(0)) {
    const claimed = [headers['x-client-verify'], headers['client-cert'], headers['x-forwarded-for']].join()
    if (claimed !== 'NONE,,127.0.0.1') tally.fault(`near --seed ${inputSeed}: ${url} claims ${claimed}`)
    tally.count('forwarded')
  }
}
