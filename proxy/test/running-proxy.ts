import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Handover } from '@pushav/shared/handover.ts'
import { createLogger } from '@pushav/shared/logger.ts'
import { readConfig } from '../src/config.ts'
import { startProxy } from '../src/proxy.ts'
import { pki } from './certificates.ts'
import { createRecorder } from './recorder.ts'

export const secret = 'ab'.repeat(32)

export type RunningProxy = Awaited<ReturnType<typeof runProxy>>

/** Runs the proxy in this process, in front of a recorder. */
export async function runProxy(env: Record<string, string> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'proxy-test-'))
  const handoverFile = join(directory, 'handover.json')
  const upstream = createRecorder(join(directory, 'ingest.sock'))
  const lines = watchedLog()
  await upstream.start()
  await handOver()
  const settings = { PORT: '0', INGEST_ADDRESS: `unix:${upstream.path}`, HANDOVER_FILE: handoverFile }
  const config = readConfig({ ...settings, ...env })
  const proxy = await startProxy(config, createLogger('proxy', 'debug', lines.output)).catch(
    async (error) => {
      upstream.stop()
      await rm(directory, { recursive: true })
      throw error
    },
  )
  return {
    port: proxy.port,
    uiPort: proxy.uiPort,
    directory,
    upstream,
    handOver,
    handOverText,
    logged: lines.logged,
    lines: lines.all,
    close,
  }

  async function handOver(change: Partial<Handover> = {}): Promise<string> {
    const text = JSON.stringify({ ...(await handoverFor()), ...change })
    await handOverText(text)
    return text
  }

  async function handOverText(text: string): Promise<void> {
    await writeFile(`${handoverFile}.new`, text)
    await rename(`${handoverFile}.new`, handoverFile)
  }

  async function close({ upstream: order } = { upstream: 'first' }): Promise<void> {
    if (order === 'first') upstream.stop()
    await proxy[Symbol.asyncDispose]()
    if (order !== 'first') upstream.stop()
    await rm(directory, { recursive: true })
  }
}

/** The contents of the handover file as ingest would write it. */
export async function handoverFor(): Promise<Handover> {
  const { server, serverRoot, deviceRoot } = await pki
  return {
    secret,
    serverCertificate: `${server.cert}\n${serverRoot.cert}`,
    serverKey: server.key,
    deviceRoots: deviceRoot.cert,
    revokedSerials: [],
    keylog: false,
  }
}

type Line = Record<string, unknown> & { readonly msg: string }

/** Parsed log lines. `logged` resolves with the first line that has the message, already logged or not. */
function watchedLog() {
  const all: Line[] = []
  const output = new PassThrough()
  output.on('data', (bytes) => {
    for (const line of String(bytes).trim().split('\n')) all.push(JSON.parse(line))
    output.emit('line')
  })
  return { all, output, logged }

  async function logged(message: string, from = 0): Promise<Line> {
    for (;;) {
      const found = all.slice(from).find(({ msg }) => msg === message)
      if (found) return found
      await new Promise((resolve) => output.once('line', resolve))
    }
  }
}
