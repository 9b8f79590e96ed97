import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pki } from '../test/certificates.ts'
import { curl } from '../test/clients.ts'
import { createRecorder, type Recorder, reply } from '../test/recorder.ts'
import { handoverFor } from '../test/running-proxy.ts'
import { readConfig } from './config.ts'

const source = (name: string) => join(import.meta.dirname, name)

describe('the proxy process', () => {
  let directory: string
  let upstream: Recorder
  let process: ChildProcess
  let port: number
  let output = ''

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'proxy-main-'))
    upstream = createRecorder(join(directory, 'ingest.sock'))
    await upstream.start()
    const handoverFile = join(directory, 'handover.json')
    const env = { ...globalThis.process.env, PORT: '0', HANDOVER_FILE: handoverFile }
    process = fork(source('main.ts'), {
      execArgv: ['--max-semi-space-size=2'],
      env: { ...env, INGEST_ADDRESS: `unix:${upstream.path}` },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    process.stdout?.on('data', (bytes) => {
      output += bytes
    })
    while (!output.includes('waiting for the handover file'))
      await once(process.stdout as NodeJS.EventEmitter, 'data')
    writeFileSync(handoverFile, JSON.stringify(await handoverFor()))
    const [ready] = await once(process, 'message')
    deepEqual(ready, { ready: true, port: ready.port, uiPort: ready.uiPort })
    port = ready.port
  })
  after(() => {
    upstream.stop()
    rmSync(directory, { recursive: true })
  })

  it('waits for the handover file and then logs its port', async () => {
    equal((await curl(port, '/x', [], (await pki).device)).status, 200)
    match(output, new RegExp(`"port":${port},.*"msg":"listening"`))
  })

  for (const version of ['--http1.1', '--http2'])
    it(`forwards 200 MiB without holding them in memory (${version})`, async () => {
      const file = join(directory, 'big')
      writeFileSync(file, '')
      truncateSync(file, 200 * 2 ** 20)
      await curl(port, '/warm', [version, '-X', 'PUT', '--data-binary', 'x'.repeat(100_000)])
      const before = peakRssOf(process)
      const { status } = await curl(port, '/big', [version, '-T', file])
      deepEqual([status, upstream.seen.at(-1)?.bytes], [200, 200 * 2 ** 20])
      const growth = peakRssOf(process) - before
      ok(growth < 64 * 2 ** 20, `${growth}`)
    }).timeout(60_000)

  it('is healthy only while ingest responds with 200', async () => {
    equal(await health(), 0)
    equal(upstream.seen.at(-1)?.url, '/healthz')
    upstream.respondWith(reply(500))
    equal(await health(), 1)
  })

  it('ends with 0 on SIGTERM', async () => {
    process.kill('SIGTERM')
    deepEqual(await once(process, 'exit'), [0, null])
    equal(await health(), 1)
  })

  async function health(): Promise<number | null> {
    const child = execFile(globalThis.process.execPath, [source('health.ts')], {
      env: { ...globalThis.process.env, HOST: 'localhost', PORT: String(port) },
    })
    return (await once(child, 'exit'))[0]
  }
})

describe('the cache of compiled code of a proxy that may write nothing else', () => {
  let cache: string
  let child: ChildProcess | undefined
  before(() => {
    cache = mkdtempSync(join(tmpdir(), 'compile cache '))
  })
  after(() => {
    child?.kill('SIGKILL')
    rmSync(cache, { recursive: true })
  })

  it('is filled at the start, and then the proxy may no longer write there', async () => {
    child = await startWithCache()
    ok(readdirSync(cache, { recursive: true }).length > 50)
    child.send(join(cache, 'x'))
    deepEqual(await once(child, 'message'), ['ERR_ACCESS_DENIED', undefined])
  })

  async function startWithCache(): Promise<ChildProcess> {
    const attempt = `process.on('message', (file) => {
      try { require('node:fs').writeFileSync(file, 'x'); process.send('written') } catch ({ code }) { process.send(code) }
    })`
    const preload = join(cache, 'attempt.cjs')
    writeFileSync(preload, attempt)
    const env = { PORT: '0', HANDOVER_FILE: join(cache, 'none.json'), INGEST_ADDRESS: 'unix:/none' }
    // Where coverage is measured, there is no cache.
    const { NODE_DISABLE_COMPILE_CACHE: _, ...withCache } = process.env
    const child = fork(source('main.ts'), {
      execArgv: ['--permission', '--allow-fs-read=*', `--allow-fs-write=${cache}`, '--require', preload],
      env: { ...withCache, ...env, NODE_COMPILE_CACHE: cache },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    for await (const line of child.stdout ?? []) if (/waiting for the handover file/.test(String(line))) break
    return child
  }
})

/** Peak memory of a process, in bytes. */
function peakRssOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

describe('readConfig', () => {
  const needed = { INGEST_ADDRESS: 'unix:/x', HANDOVER_FILE: '/x' }

  for (const written of ['pavs', 'pavs.', 'pavs.local', 'pavs.local.', 'pavs._http._tcp.local.'])
    it(`takes ${written} for pavs`, () => {
      equal(readConfig({ ...needed, DNS_NAME: written }).dnsName, 'pavs')
    })

  for (const bad of ['a b', '-a', 'a..b', 'a/b', 'x'.repeat(64), Array(130).fill('a').join('.')])
    it(`refuses ${bad.slice(0, 20)} as a name`, () => {
      throws(() => readConfig({ ...needed, DNS_NAME: bad }), /DNS_NAME must be a DNS name/)
    })

  it('names every fault at once', () => {
    let message = ''
    try {
      readConfig({ PORT: 'abc', CLIENT_CERTIFICATE: 'maybe', PROXY_DRAIN: '10' })
    } catch (error) {
      message = (error as Error).message
    }
    for (const name of ['PORT', 'INGEST_ADDRESS', 'HANDOVER_FILE', 'CLIENT_CERTIFICATE', 'PROXY_DRAIN'])
      match(message, new RegExp(`${name} must be`))
  })
})
