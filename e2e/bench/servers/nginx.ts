import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { cores, pinned } from '../../load/cpu-pinning.ts'
import { freePort } from '../../server/free-port.ts'
import { pidsBelow } from '../../server/processes.ts'
import { mustRun, run } from '../../server/run.ts'
import type { Bench } from '../bench.ts'
import { type ProcessorTime, processorTimeBelow } from '../resources/processor-time.ts'
import { nginxConfig, plainStore, tlsProxy, tlsStore } from './nginx-config.ts'
import { type ServerUnderTest, type StartedServer, shortWarmUp } from './server-under-test.ts'

/** Whether there is an nginx that can store uploads. */
export async function hasNginx(): Promise<boolean> {
  const { code, stderr } = await run('nginx', ['-V']).catch(() => ({ code: null, stderr: '' }))
  return code === 0 && stderr.includes('http_dav_module') && stderr.includes('http_v2_module')
}

/** nginx with WebDAV, which stores bodies and judges nothing. */
export const oneHop = (bench: Bench): ServerUnderTest => ({
  name: 'nginx one hop',
  warmUp: shortWarmUp,
  start: (cameras) =>
    started(bench, cameras, (port, files) => [tlsStore(port, bench.certificates.server, files)]),
})

/** A TLS proxy before a store, each an nginx of its own, like this server's proxy and ingest. */
export const twoHops = (bench: Bench): ServerUnderTest => ({
  name: 'nginx two hops',
  warmUp: shortWarmUp,
  start: (cameras) =>
    started(bench, cameras, (port, files, behind) => [
      tlsProxy(port, behind, bench.certificates.server),
      plainStore(behind, files),
    ]),
})

/** The configuration of the server in each process. */
type Servers = (port: number, files: string, behind: number) => string[]

async function started(
  bench: Bench,
  cameras: number | undefined,
  serversOn: Servers,
): Promise<StartedServer> {
  await using built = new AsyncDisposableStack()
  const isFleet = cameras !== undefined && cameras > 1
  const directory = await mkdtemp(join(bench.directory, 'nginx-'))
  built.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  const files = join(directory, 'files')
  await mkdir(join(files, 'bench'), { recursive: true })
  const port = await freePort()
  const pids: number[] = []
  for (const [at, server] of serversOn(port, files, await freePort()).entries())
    pids.push(built.use(await launch(join(directory, String(at)), server)).pid)
  await until(`nginx on port ${port}`, () => isListening(port))
  const running = built.move()
  return {
    url: `https://127.0.0.1:${port}/bench${isFleet ? '-{c}' : ''}/video_{n}.m4s`,
    identity: bench.identity,
    processorTime: () => timeOf(pids),
    processIds: async () => new Map([['nginx', await withChildren(pids)]]),
    faultsAfter: async () => [],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Starts nginx, after it has checked its configuration. */
async function launch(prefix: string, server: string): Promise<AsyncDisposable & { readonly pid: number }> {
  await mkdir(prefix)
  const config = join(prefix, 'nginx.conf')
  await writeFile(config, nginxConfig(prefix, server))
  await mustRun('nginx', ['-t', '-q', '-p', prefix, '-c', config, '-e', 'stderr'])
  const [command, ...args] = pinned(cores.server, ['nginx', '-p', prefix, '-c', config, '-e', 'stderr'])
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const closed = once(child, 'close')
  const end = () => void child.kill('SIGTERM')
  process.once('exit', end)
  await once(child, 'spawn')
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => ended(child, closed, end) }
}

/** Processor time of all processes under one name. */
async function timeOf(pids: readonly number[]): Promise<ProcessorTime> {
  const used = await Promise.all(pids.map(processorTimeBelow))
  return new Map([['nginx', used.reduce((sum, ms) => sum + ms, 0)]])
}

async function withChildren(pids: readonly number[]): Promise<number[]> {
  const below = await Promise.all(pids.map(pidsBelow))
  return [...pids, ...below.flat()]
}

/** Ends nginx by SIGTERM, after which its workers exit, too; SIGKILL would leave them running. */
async function ended(child: ChildProcess, closed: Promise<unknown>, end: () => void): Promise<void> {
  end()
  if (child.exitCode === null) await closed
  process.off('exit', end)
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy())
}
