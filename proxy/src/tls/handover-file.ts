import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import { handover, handoverVersionOf } from '@pushav/shared/handover.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { type Trust, trustOf } from './trust.ts'

const pollMs = 250

/** The file in which ingest hands over certificates, roots, revocations and the secret. */
export interface HandoverFile extends Disposable {
  /** The trust of the newest valid version of the file. */
  trust(): Trust
  /** Changes with what that version says about device certificates, as `handoverVersionOf` computes it. */
  version(): string
  /** Calls the listener after each change. Listeners are called in the order in which they were added. */
  onChange(listener: (trust: Trust) => void): void
}

/**
 * Waits until ingest has written the file, then polls it for changes. A broken file is logged, and the version before
 * it stays in use.
 */
export async function followHandoverFile(path: string, log: Logger): Promise<HandoverFile> {
  let seen = ''
  let version = ''
  let trust = await firstTrust()
  const listeners: ((trust: Trust) => void)[] = []
  const stop = new AbortController()
  follow().catch((error) => stop.signal.aborted || log.error({ error }, 'handover file is no longer read'))
  return {
    trust: () => trust,
    version: () => version,
    onChange: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => stop.abort(),
  }

  async function firstTrust(): Promise<Trust> {
    for (let waited = 0; ; waited += pollMs) {
      const first = await newTrust()
      if (first) return first
      if (waited % 10_000 === 0) log.info({ path }, 'waiting for the handover file')
      await sleep(pollMs)
    }
  }

  async function follow(): Promise<void> {
    for (;;) {
      await sleep(pollMs, undefined, { signal: stop.signal, ref: false })
      const next = await newTrust()
      if (!next) continue
      trust = next
      for (const listener of listeners) listener(trust)
      log.info({ path, revoked: trust.revokedSerials.size }, 'handover file read')
    }
  }

  /** Null when the file is missing, broken or unchanged. */
  async function newTrust(): Promise<Trust | null> {
    const state = await stateOf(path)
    if (state === seen || state === '') return null
    seen = state
    try {
      const handedOver = handover.parse(JSON.parse(await readFile(path, 'utf8')))
      const next = trustOf(handedOver)
      createSecureContext(next.context)
      for (const { certificate: cert, key } of Object.values(next.tlsTests))
        createSecureContext({ cert, key })
      version = handoverVersionOf(handedOver)
      return next
    } catch (error) {
      log.error({ path, reason: reasonOf(error) }, 'handover file is broken')
      return null
    }
  }
}

/** Changes whenever the file is replaced or written; empty while there is none. */
async function stateOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : ''
}

/** The reason without any text of the file, which may hold a key. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'not JSON'
  return error instanceof Error ? error.message : 'unknown'
}
