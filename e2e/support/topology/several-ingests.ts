import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { directoryWithRoots } from '../../../services/ingest/src/testing/certificates.ts'
import type { Reachable as ByCurl } from '../../clients/curl.ts'
import type { Reachable as ByTls } from '../../clients/raw-tls.ts'

export interface Deployment extends AsyncDisposable, ByCurl, ByTls {
  readonly workingDirectory: string
  /** Kills the ingest with that name, as a crash would. */
  kill(instance: string): Promise<void>
}

/**
 * Starts one proxy before as many ingests as there are names, all on one Redis and one working directory. With the
 * certificates of another deployment it starts sooner. Ingests without a name choose free ones themselves.
 */
export async function startDeployment(
  instances: readonly string[],
  other?: Deployment,
  areTold = true,
): Promise<Deployment> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await (other ? temporaryDirectory() : directoryWithRoots()))
  if (other) await cp(join(other.workingDirectory, 'certs'), join(path, 'certs'), { recursive: true })
  const redis = built.use(await startRedisServer())
  const common = {
    WORKING_DIRECTORY: path,
    HANDOVER_FILE: join(path, 'handover.json'),
    LOG_LEVEL: 'warn',
    VERDICT_WAIT: '30s',
  }
  const addressOf = (instance: string) => `unix:${join(path, `${instance}.sock`)}`
  const ingests = new Map<string, ChildProcess>()
  await Promise.all(instances.map(startIngest))
  const { port } = await start('proxy', {
    ...common,
    HOST: 'localhost',
    PORT: '0',
    INGEST_ADDRESS: instances.map(addressOf).join(','),
  })
  const running = built.move()
  return {
    url: `https://localhost:${port}`,
    port,
    rootCertificate: join(path, 'certs/server/root.pem'),
    workingDirectory: path,
    async kill(instance) {
      const child = ingests.get(instance)
      child?.kill('SIGKILL')
      if (child) await once(child, 'exit')
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }

  async function startIngest(instance: string): Promise<void> {
    const own = {
      INSTANCE: areTold ? instance : '',
      INGEST_LISTEN: addressOf(instance),
      REDIS_URL: redis.path,
    }
    const { child } = await start('services/ingest', { ...common, ...own })
    ingests.set(instance, child)
  }

  async function start(folder: string, env: NodeJS.ProcessEnv) {
    const main = join(import.meta.dirname, '../../..', folder, 'src/main.ts')
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
    const child = spawn(process.execPath, [main], { env: { ...process.env, ...env }, stdio: [...stdio] })
    built.defer(() => end(child))
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (!message?.ready) throw new Error(`${folder} did not start`)
    return { child, port: Number(message.port ?? 0) }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
