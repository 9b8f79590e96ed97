import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  endProcess,
  launchRedis,
  type RedisServer,
  startRedisServer,
} from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { freePort } from '../../server/free-port.ts'
import { mustRun } from '../../server/run.ts'

/** A primary, a replica and three Sentinels, which promote the replica when the primary is gone. */
export interface Sentinels extends AsyncDisposable {
  readonly url: string
  readonly primary: RedisServer
  readonly replica: RedisServer
  /** Waits until the Sentinels name the replica as primary and it accepts writes. */
  untilFailover(): Promise<void>
}

const password = 'p@ss/word'
const quorum = 2

export async function startSentinels(): Promise<Sentinels> {
  await using undo = new AsyncDisposableStack()
  const [primaryPort, replicaPort] = [await freePort(), await freePort()]
  const primary = undo.use(await startServer(primaryPort))
  const replica = undo.use(await startServer(replicaPort, { replicaof: `127.0.0.1 ${primaryPort}` }))
  await until('the replica', async () => (await ask(primary, 'info')).includes('state=online'))
  const ports = [await freePort(), await freePort(), await freePort()]
  for (const port of ports) await startSentinel(port)
  for (const port of ports)
    await until('the Sentinels know each other', async () => {
      const said = await sentinel(port, 'ckquorum', 'main')
      return (
        said.startsWith(`OK ${ports.length} usable`) &&
        (await sentinel(port, 'replicas', 'main')).includes('name')
      )
    })
  const kept = undo.move()
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',')
  return {
    url: `redis-sentinel://:${encodeURIComponent(password)}@${hosts}/main`,
    primary,
    replica,
    async untilFailover() {
      // A server closes its connections when its role changes.
      const role = () => ask(replica, 'role').catch(() => '')
      await until('the failover', async () => (await role()).startsWith('master'))
      for (const port of ports)
        await until('what the Sentinels say', async () =>
          (await sentinel(port, 'get-master-addr-by-name', 'main')).includes(String(replicaPort)),
        )
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }

  async function startSentinel(port: number): Promise<void> {
    const { path } = undo.use(await temporaryDirectory())
    const file = join(path, 'sentinel.conf')
    const settings = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${path}`,
      `sentinel monitor main 127.0.0.1 ${primaryPort} ${quorum}`,
      `sentinel auth-pass main ${password}`,
      'sentinel down-after-milliseconds main 1000',
      'sentinel failover-timeout main 5000',
    ]
    await writeFile(file, settings.join('\n'))
    undo.adopt(await launchRedis([file, '--sentinel'], /\+monitor/), endProcess)
  }
}

const startServer = (port: number, more: Record<string, string> = {}): Promise<RedisServer> =>
  startRedisServer({
    port: String(port),
    bind: '127.0.0.1',
    requirepass: password,
    masterauth: password,
    'repl-diskless-sync-delay': '0',
    ...more,
  })

async function ask(server: RedisServer, command: string): Promise<string> {
  return String(
    (await mustRun('redis-cli', ['-s', server.path, '--pass', password, '--no-auth-warning', command]))
      .stdout,
  )
}

async function sentinel(port: number, ...command: string[]): Promise<string> {
  return String((await mustRun('redis-cli', ['-p', String(port), 'sentinel', ...command])).stdout)
}
