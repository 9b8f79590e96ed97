import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type LatencyRelay, startLatencyRelay } from '../server/redis-latency-relay.ts'
import { run } from '../server/run.ts'
import { launchStandalone, type Standalone } from '../server/standalone.ts'

/** The real server, with a Redis that can be late or die, on a disk that can be full. */
export interface ServerUnderChaos extends AsyncDisposable {
  readonly standalone: () => Standalone
  readonly redis: RedisServer
  readonly relay: LatencyRelay
  /** Null when this user may not mount a small disk. */
  readonly disk: SmallDisk | null
  /** Stops the server, rebuilds its index from the journals, and starts it again. */
  rebuild(): Promise<void>
}

interface SmallDisk {
  /** Fills the disk to the last byte. */
  fill(): Promise<void>
  empty(): Promise<void>
}

const diskMiB = 192
/** With more stored bytes, retention removes the oldest ended sessions. */
const maxStoredBytes = 2 ** 19
/** A session ends after this time without an upload. */
export const sessionIdleMs = 5_000
const main = join(import.meta.dirname, '../../services/standalone/src/main.ts')

export async function startServerUnderChaos(): Promise<ServerUnderChaos> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await temporaryDirectory())
  const disk = await mountSmallDisk(join(path, 'disk'), built)
  const workingDirectory = join(path, 'disk', 'data')
  await mkdir(workingDirectory, { recursive: true })
  const redis = built.use(await startRedisServer())
  const relay = built.use(await startLatencyRelay(redis.path, 0))
  const args = [main, '--port', '0', '--ui-port', 'off', '--redis', relay.path]
  const retention = { RETENTION_BYTES: String(maxStoredBytes), RETENTION_INTERVAL: '1s' }
  const env = { SESSION_IDLE: `${sessionIdleMs / 1_000}s`, PROXY_UPSTREAM_WAIT: '2s', ...retention }
  const launch = () =>
    launchStandalone({ command: process.execPath, args, host: 'localhost', workingDirectory, env })
  let standalone = await launch()
  built.defer(() => standalone[Symbol.asyncDispose]())
  const running = built.move()
  return {
    standalone: () => standalone,
    redis,
    relay,
    disk,
    rebuild,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }

  async function rebuild(): Promise<void> {
    const code = await standalone.stop()
    if (code !== 0) throw new Error(`the server ended with ${code}`)
    const reindex = ['--reindex', '--redis', redis.path, '--working-directory', workingDirectory]
    const { code: reindexed, stderr } = await run(process.execPath, [main, ...reindex])
    if (reindexed !== 0) throw new Error(`--reindex ended with ${reindexed}: ${stderr}`)
    standalone = await launch()
  }
}

async function mountSmallDisk(path: string, built: AsyncDisposableStack): Promise<SmallDisk | null> {
  await mkdir(path)
  const { code } = await run('mount', ['-t', 'tmpfs', '-o', `size=${diskMiB}m`, 'tmpfs', path])
  if (code !== 0) return null
  built.defer(async () => void (await run('umount', ['-l', path])))
  const filler = join(path, 'filler')
  return {
    // The write fails with ENOSPC, as intended.
    fill: () => writeFile(filler, Buffer.alloc(diskMiB * 2 ** 20)).catch(() => undefined),
    empty: () => rm(filler, { force: true }),
  }
}
