import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../server/run.ts'
import { cores, pinned } from './cpu-pinning.ts'
import type { DeviceFiles } from './device-files.ts'

/** What the generator is to do. */
export interface Load {
  /** With `{n}` for the number of the request and, before it, `{c}` for that of the connection, from 1 on. */
  readonly url: string
  readonly identity: DeviceFiles
  /** A file to send; so many bytes of nothing; or nothing at all, to GET. */
  readonly body: string | number | null
  readonly isHttp2?: boolean
  readonly connections?: number
  readonly streams?: number
  readonly until:
    | { readonly seconds: number; readonly warmUp: number }
    | { readonly count: number; readonly withinSeconds?: number }
  readonly first?: number
  readonly rate?: number
  /** A new connection for each request. */
  readonly fresh?: 'full' | 'resumed'
}

/** What the generator says; latencies in milliseconds. */
export interface LoadResult {
  readonly issued: number
  readonly ok: number
  /** Of these, before anything was measured. */
  readonly warmed: number
  /** That were answered while it was measured. */
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
  /** Part of a core that the generator used. */
  readonly busy: number
}

export type Generator = (load: Load) => Promise<LoadResult>

const source = join(import.meta.dirname, 'putload.c')

/** Compiles the generator; a sentence instead when that is not possible here. */
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

/** What went wrong, in sentences: every request has to be answered 2xx. */
export function faultsOf({ issued, ok, statuses, errors, unanswered, complaint }: LoadResult): string[] {
  if (issued === ok) return []
  const refused = Object.entries(statuses).filter(([status]) => !status.startsWith('2'))
  return [
    ...refused.map(([status, count]) => `${count} answered ${status}`),
    ...Object.entries(errors).map(([error, count]) => `${count} failed (curl error ${error}: ${complaint})`),
    ...(unanswered > 0 ? [`${unanswered} not answered within 5 s after the end`] : []),
  ]
}
