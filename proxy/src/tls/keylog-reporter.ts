import { setTimeout as sleep } from 'node:timers/promises'
import { maxKeylogLines, type TlsSecret } from '@pushav/shared/api/evidence/keylog.ts'

/** Reports the secrets of TLS connections to ingest, which writes them to its key log. */
export interface KeylogReporter extends AsyncDisposable {
  report(secret: TlsSecret): void
}

interface KeylogReporterDeps {
  /** Resolves with whether ingest accepted the secrets. Never rejects. */
  readonly post: (secrets: readonly TlsSecret[]) => Promise<boolean>
  /** Called when the reporter begins to drop secrets, because ingest does not accept them. */
  readonly onDrop: () => void
}

/** OpenSSL emits the five lines of a handshake within some milliseconds, so that they fit into one post. */
const collectMs = 20
const retryMs = 250
/** Secrets that wait while ingest restarts: those of some thousand handshakes. */
const maxWaiting = 20_000

/** Collects secrets and posts them, one post at a time. Disposal tries once to post the rest. */
export function createKeylogReporter({ post, onDrop }: KeylogReporterDeps): KeylogReporter {
  const closing = new AbortController()
  let waiting: readonly TlsSecret[] = []
  let collected: TlsSecret[] = []
  let posting: Promise<void> | null = null
  let isDropping = false
  return {
    report(secret) {
      if (waiting.length + collected.length >= maxWaiting) {
        if (!isDropping) onDrop()
        isDropping = true
        return
      }
      collected.push(secret)
      posting ??= postAll()
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await posting
      takeCollected()
      if (waiting.length > 0) await post(waiting.slice(0, maxKeylogLines))
    },
  }

  async function postAll(): Promise<void> {
    await delay(collectMs)
    for (takeCollected(); waiting.length > 0 && !closing.signal.aborted; takeCollected()) {
      const some = waiting.slice(0, maxKeylogLines)
      if (await post(some)) {
        waiting = waiting.slice(some.length)
        isDropping = false
      } else await delay(retryMs)
    }
    posting = null
  }

  function takeCollected(): void {
    waiting = waiting.concat(collected)
    collected = []
  }

  /** Sleeps until the time is up or the reporter is disposed. */
  function delay(ms: number): Promise<void> {
    return sleep(ms, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
  }
}
