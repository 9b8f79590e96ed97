import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { pki } from '../../../proxy/test/certificates.ts'
import { createRecorder, type Recorder } from '../../../proxy/test/recorder.ts'
import { handoverFor } from '../../../proxy/test/running-proxy.ts'
import type { Identity } from '../../clients/curl.ts'

/** A proxy process and, as its upstream, a server that records the requests. */
export interface ProxyAlone extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  readonly rootCertificate: string
  readonly device: Identity
  readonly upstream: Recorder
  /** The log of the proxy. */
  readonly output: () => string
  /** Resident memory of the proxy; NaN when it has exited. */
  memory(): Promise<{ readonly nowMiB: number; readonly peakMiB: number }>
  /** Exit code of the proxy; null while it runs. */
  exitCode(): number | null
}

const main = join(import.meta.dirname, '../../../proxy/src/main.ts')

/** Starts the proxy on a free port. */
export async function startProxyAlone(env: Readonly<Record<string, string>> = {}): Promise<ProxyAlone> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await temporaryDirectory())
  const { serverRoot, device } = await pki
  const files = { root: serverRoot.cert, cert: device.cert, key: device.key }
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, `${name}.pem`), text)
  const handoverFile = join(path, 'handover.json')
  await writeFile(handoverFile, JSON.stringify(await handoverFor()))
  const upstream = createRecorder(join(path, 'ingest.sock'))
  await upstream.start()
  built.defer(() => upstream.stop())
  const settings = { PORT: '0', HANDOVER_FILE: handoverFile, INGEST_ADDRESS: `unix:${upstream.path}` }
  const child = fork(main, {
    // A small young generation makes the garbage collector run often.
    env: { ...process.env, NODE_OPTIONS: '--max-semi-space-size=1', ...settings, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const exited = once(child, 'exit')
  built.defer(async () => {
    child.kill('SIGKILL')
    await exited
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes) => {
      output += bytes
    })
  const [{ port }] = await once(child, 'message')
  const running = built.move()
  const pid = child.pid ?? 0
  return {
    port,
    pid,
    upstream,
    rootCertificate: join(path, 'root.pem'),
    device: { cert: join(path, 'cert.pem'), key: join(path, 'key.pem') },
    output: () => output,
    memory: () => memoryOf(pid),
    exitCode: () => child.exitCode ?? (child.signalCode ? -1 : null),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function memoryOf(pid: number) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const mebibytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024
  return { nowMiB: mebibytes('VmRSS'), peakMiB: mebibytes('VmHWM') }
}
