import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { directoryWithRoots } from '../../../services/ingest/src/testing/certificates.ts'

/** Proxy and ingest without a probe worker: the machine that cameras push to. */
export interface ProxyAndIngest extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly workingDirectory: string
  readonly rootCertificate: string
  /** Kills both, as a crash would. */
  kill(): Promise<void>
  /** Starts both again, on the same ports and directory. */
  start(): Promise<void>
}

const code = (folder: string) => join(import.meta.dirname, '../../..', folder, 'src/main.ts')

/** Starts both on a free port, with an existing Redis. */
export async function startProxyAndIngest(redisUrl: string): Promise<ProxyAndIngest> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await directoryWithRoots())
  const env = {
    ...process.env,
    REDIS_URL: redisUrl,
    WORKING_DIRECTORY: path,
    HANDOVER_FILE: join(path, 'handover.json'),
    INGEST_LISTEN: `unix:${join(path, 'ingest.sock')}`,
    INGEST_ADDRESS: `unix:${join(path, 'ingest.sock')}`,
    INSTANCE: 'front',
    LOG_LEVEL: 'error',
  }
  let port = 0
  let processes: ChildProcess[] = []
  built.defer(kill)
  await start()
  const running = built.move()
  return {
    url: `https://localhost:${port}`,
    port,
    workingDirectory: path,
    rootCertificate: join(path, 'certs/server/root.pem'),
    kill,
    start,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }

  async function start(): Promise<void> {
    for (const folder of ['services/ingest', 'proxy']) {
      const child = fork(code(folder), { env: { ...env, PORT: String(port) } })
      processes.push(child)
      const [ready] = await once(child, 'message')
      port = ready.port ?? port
    }
  }

  async function kill(): Promise<void> {
    const ended = processes.map((child) => once(child, 'exit'))
    for (const child of processes) child.kill('SIGKILL')
    processes = []
    await Promise.all(ended)
  }
}
