import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { Redis } from 'ioredis'

const code = (folder: string) => join(import.meta.dirname, '../../..', folder, 'src/main.ts')

/**
 * Ingests with nothing in common but Redis, an object store and the certificates, behind one proxy; and a probe worker
 * that reads from the store.
 */
export interface Machines extends AsyncDisposable {
  readonly port: number
  readonly rootCertificate: string
  /** Kills an ingest, as a crash would, and removes everything that it has stored. */
  lose(instance: string): Promise<void>
  /** Starts a lost ingest again, on an empty disk. */
  replace(instance: string): Promise<void>
  /** Empties Redis and loses all machines, then starts all of them again. */
  replaceAll(): Promise<void>
}

export async function startMachines(
  instances: readonly string[],
  settings: NodeJS.ProcessEnv,
): Promise<Machines> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await temporaryDirectory())
  const redis = built.use(await startRedisServer())
  const children = new Map<string, ChildProcess>()
  const certs = join(path, 'certs')
  const addressOf = (instance: string) => `unix:${join(path, `${instance}.sock`)}`
  const common = { ...process.env, LOG_LEVEL: 'error', HANDOVER_FILE: join(path, 'handover.json') }
  built.defer(async () => {
    for (const name of children.keys()) await kill(name, 'SIGTERM')
  })
  const [first = '', ...others] = instances
  await startIngest(first)
  await cp(join(path, first, 'certs'), certs, { recursive: true })
  for (const instance of others) await startIngest(instance)
  await start('probe', 'services/probe', { STORE: settings.STORE, REDIS_URL: redis.path, TMPDIR: path })
  const { port } = await start('proxy', 'proxy', {
    HOST: 'localhost',
    PORT: '0',
    UI_PORT: 'off',
    INGEST_ADDRESS: instances.map(addressOf).join(','),
  })
  const running = built.move()
  return {
    port,
    rootCertificate: join(certs, 'server/root.pem'),
    lose,
    replace: startIngest,
    async replaceAll() {
      for (const instance of instances) await lose(instance)
      await emptyRedis(redis.path)
      await Promise.all(instances.map(startIngest))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }

  async function lose(instance: string): Promise<void> {
    await kill(instance, 'SIGKILL')
    await rm(join(path, instance), { recursive: true, force: true })
  }

  async function startIngest(instance: string): Promise<void> {
    const workingDirectory = join(path, instance)
    await mkdir(workingDirectory, { recursive: true })
    if (instance !== instances[0] || children.has('proxy'))
      await cp(certs, join(workingDirectory, 'certs'), { recursive: true })
    await start(instance, 'services/ingest', {
      ...settings,
      INSTANCE: instance,
      INGEST_LISTEN: addressOf(instance),
      REDIS_URL: redis.path,
      WORKING_DIRECTORY: workingDirectory,
    })
  }

  async function start(name: string, folder: string, env: NodeJS.ProcessEnv) {
    const child = fork(code(folder), { env: { ...common, ...env } })
    children.set(name, child)
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (!message?.ready) throw new Error(`${name} did not start`)
    return { port: Number(message.port ?? 0) }
  }

  async function kill(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = children.get(name)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
}

async function emptyRedis(path: string): Promise<void> {
  const client = new Redis(path)
  await client.flushall()
  await client.quit()
}
