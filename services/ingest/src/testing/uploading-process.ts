import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Device, identityHeadersOf } from '@pushav/shared/identity.ts'
import { bareEnv } from '@pushav/shared/testing/bare-env.ts'

const main = new URL('../main.ts', import.meta.url).pathname

/** How a process ended after a SIGTERM. */
export interface Exit {
  /** Null when it hung and was killed. */
  readonly code: number | null
  readonly tookMs: number
}

/**
 * An ingest process with a subscriber of its events and a client that uploads to stream 1, one object after the other,
 * until the process takes no more.
 */
export async function startUploadingProcess(options: {
  readonly workingDirectory: string
  readonly redisUrl: string
  readonly instance: string
  readonly device: Device
  /** What each upload carries. */
  readonly body?: Buffer | string
}) {
  const { workingDirectory, redisUrl, instance, device, body = 'bytes' } = options
  const socketPath = join(workingDirectory, `${instance}.sock`)
  const handoverFile = join(workingDirectory, `${instance}.json`)
  const env = {
    ...bareEnv(),
    INGEST_LISTEN: `unix:${socketPath}`,
    REDIS_URL: redisUrl,
    WORKING_DIRECTORY: workingDirectory,
    HANDOVER_FILE: handoverFile,
    INSTANCE: instance,
    VERDICT_WAIT: '200ms',
    LOG_LEVEL: 'error',
  }
  const child = fork(main, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  await Promise.race([once(child, 'message'), exited])
  const { secret } = JSON.parse(await readFile(handoverFile, 'utf8')) as { secret: string }
  const busy = Promise.withResolvers<void>()
  send('GET', '/events').catch(() => undefined)
  const uploading = upload()
  return {
    /** Ten uploads were accepted. */
    isBusy: busy.promise,
    /** The ids of the uploads that the process accepted; resolves once it takes no more. */
    accepted: () => uploading,
    /** Sends SIGTERM after a while; kills the process where it has not exited `maxExitMs` later. */
    async endAfter(ms: number, maxExitMs: number): Promise<Exit> {
      await sleep(ms)
      return exitOf(child, exited, maxExitMs)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }

  async function upload(): Promise<readonly string[]> {
    const ids: string[] = []
    for (let number = 0; ; number++) {
      const response = await send('PUT', `/streams/1/${instance}/${number}.mp4`, body).catch(() => null)
      if (response?.statusCode !== 202) return ids
      ids.push(((await json(response)) as { upload_id: string }).upload_id)
      if (number === 10) busy.resolve()
    }
  }

  async function send(method: string, path: string, content?: Buffer | string) {
    const peer = { address: '192.0.2.7', port: 4711, tlsVersion: 'TLSv1.3', cipher: 'X', alpn: 'h2' }
    const headers = identityHeadersOf({ ...peer, device }, secret)
    const sent = { ...headers, 'x-http-version': '2' } as never
    const request = httpRequest({ socketPath, agent: false, method, path, headers: sent }).end(content)
    const [response] = await once(request, 'response')
    if (path === '/events') response.on('error', () => undefined).resume()
    return response as IncomingMessage
  }
}

/** Ends a process by SIGTERM, or by SIGKILL where it has not exited `maxExitMs` later. */
export async function exitOf(
  child: ChildProcess,
  exited: Promise<readonly unknown[]>,
  maxExitMs: number,
): Promise<Exit> {
  const before = performance.now()
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), maxExitMs)
  const [code] = (await exited) as [number | null]
  clearTimeout(timer)
  return { code, tookMs: performance.now() - before }
}
