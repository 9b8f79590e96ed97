import { readFile, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import { handover } from '@pushav/shared/handover.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { type Trust, trustOf } from './trust.ts'

const pollMs = 250

export interface HandoverFile extends Disposable {
  /** From the newest file that was in order. */
  trust(): Trust
  /** Called after each change with what holds from now on. */
  onChange(listener: (trust: Trust) => void): void
}

/** Waits until ingest has written the file, then follows it; a broken one is logged and changes nothing. */
export async function followHandoverFile(path: string, log: Logger): Promise<HandoverFile> {
  let seen = ''
  let trust = await firstTrust()
  let changed: (trust: Trust) => void = () => {}
  const stop = new AbortController()
  follow().catch((error) => stop.signal.aborted || log.error({ error }, 'handover file no longer followed'))
  return {
    trust: () => trust,
    onChange(listener) {
      changed = listener
    },
    [Symbol.dispose]: () => stop.abort(),
  }

  async function firstTrust(): Promise<Trust> {
    for (let waited = 0; ; waited += pollMs) {
      const first = await newTrust()
      if (first) return first
      if (waited % 10_000 === 0) log.info({ path }, 'waiting for the handover file')
      await delay(pollMs)
    }
  }

  async function follow(): Promise<void> {
    for (;;) {
      await delay(pollMs, undefined, { signal: stop.signal, ref: false })
      const next = await newTrust()
      if (!next) continue
      trust = next
      changed(trust)
      log.info({ path, revoked: trust.revokedSerials.size }, 'handover file read')
    }
  }

  /** Null when the file is missing, broken or the one seen last. */
  async function newTrust(): Promise<Trust | null> {
    const version = await versionOf(path)
    if (version === seen || version === '') return null
    seen = version
    try {
      const next = trustOf(handover.parse(JSON.parse(await readFile(path, 'utf8'))))
      createSecureContext(next.context)
      return next
    } catch (error) {
      log.error({ path, reason: reasonOf(error) }, 'handover file is broken')
      return null
    }
  }
}

/** Changes whenever the file is replaced or written; empty while there is none. */
async function versionOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : ''
}

/** Without the offending text, which may hold a key. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'not JSON'
  return error instanceof Error ? error.message : 'unknown'
}
