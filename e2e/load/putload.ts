import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../server/run.ts'
import { cores, pinned } from './cpu-pinning.ts'
import type { DeviceFiles } from './device-files.ts'

/** The requests that the load generator sends. */
export interface Load {
  /** May contain `{n}`, the number of the request from `first`, and before it `{c}`, that of the connection from 1. */
  readonly url: string
  readonly identity: DeviceFiles
  /** Path of a file to PUT, a number of zero bytes to PUT, or null for a GET. */
  readonly body: string | number | null
  readonly isHttp2?: boolean
  readonly connections?: number
  readonly streams?: number
  readonly until:
    | { readonly seconds: number; readonly warmUp: number }
    | { readonly count: number; readonly withinSeconds?: number }
  readonly first?: number
  readonly rate?: number
  /** Opens a new connection for each request, with a full handshake or a resumed session. */
  readonly fresh?: 'full' | 'resumed'
}

/** The figures that the load generator prints. Latencies are in milliseconds. */
export interface LoadResult {
  readonly issued: number
  readonly ok: number
  /** How many of `ok` belong to the warm-up. */
  readonly warmed: number
  /** Requests whose response arrived after the warm-up. */
  readonly measured: number
  readonly unanswered: number
  readonly connects: number
  readonly statuses: Readonly<Record<string, number>>
  readonly errors: Readonly<Record<string, number>>
  readonly complaint: string
  readonly rate: number
  readonly megabytes: number
  readonly p50: number
  readonly p99: number
  /** Share of one core that the generator used, from 0 to 1. */
  readonly busy: number
}

export type Generator = (load: Load) => Promise<LoadResult>

const source = join(import.meta.dirname, 'putload.c')

/** Compiles the load generator. Returns the reason as a sentence when this machine cannot. */
export async function buildGenerator(directory: string, signal?: AbortSignal): Promise<Generator | string> {
  const program = join(directory, 'putload')
  try {
    const { code, stderr } = await run('cc', ['-std=gnu17', '-O2', '-o', program, source, '-lcurl', '-lm'])
    if (code !== 0) return `a C compiler and libcurl's headers are needed (libcurl4-openssl-dev): ${stderr}`
  } catch (error) {
    return `a C compiler is needed: ${error}`
  }
  return async function generate(load) {
    const [command, ...args] = pinned(cores.client, [program, ...argumentsOf(load)])
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], killSignal: 'SIGKILL', signal })
    const closed = once(child, 'close')
    const [[code], said, complaint] = await Promise.all([closed, text(child.stdout), text(child.stderr)])
    if (code !== 0 && code !== 3) throw new Error(`putload ended with ${code}: ${complaint}`)
    // putload.c prints exactly this.
    return JSON.parse(said) as LoadResult
  }
}

function argumentsOf(load: Load): string[] {
  const { url, identity, body, until, connections = 1, streams = 1, first = 0, rate, fresh } = load
  return [
    ...['--url', url, '--cacert', identity.cacert, '--cert', identity.cert, '--key', identity.key],
    ...['--connections', String(connections), '--streams', String(streams), '--first', String(first)],
    ...(body === null ? ['--get'] : typeof body === 'string' ? ['--file', body] : ['--size', String(body)]),
    ...('count' in until
      ? ['--count', String(until.count), '--seconds', String(until.withinSeconds ?? 0)]
      : ['--seconds', String(until.seconds), '--warm-up', String(until.warmUp)]),
    ...(load.isHttp2 ? ['--http2'] : []),
    ...(rate === undefined ? [] : ['--rate', String(rate)]),
    ...(fresh ? ['--fresh'] : []),
    ...(fresh === 'full' ? ['--full-handshakes'] : []),
  ]
}

/** Describes each kind of failed request. Empty when every request got a 2xx response. */
export function faultsOf({ issued, ok, statuses, errors, unanswered, complaint }: LoadResult): string[] {
  if (issued === ok) return []
  const refused = Object.entries(statuses).filter(([status]) => !status.startsWith('2'))
  return [
    ...refused.map(([status, count]) => `${count} answered ${status}`),
    ...Object.entries(errors).map(([error, count]) => `${count} failed (curl error ${error}: ${complaint})`),
    ...(unanswered > 0 ? [`${unanswered} not answered within 5 s after the end`] : []),
  ]
}
