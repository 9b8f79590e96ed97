import { setTimeout as sleep } from 'node:timers/promises'
import { maxKeylogLines, type TlsSecret } from '@pushav/shared/api/evidence/keylog.ts'

/** Reports the secrets of TLS connections, so that ingest writes them to its key log. */
export interface KeylogReporter extends AsyncDisposable {
  report(secret: TlsSecret): void
}

interface KeylogReporterDeps {
  /** Resolves with whether ingest accepted them. Never rejects. */
  readonly post: (secrets: readonly TlsSecret[]) => Promise<boolean>
  /** Called when secrets begin to be dropped, because ingest does not accept them. */
  readonly onDrop: () => void
}

/** A handshake has five lines within some milliseconds. */
const collectMs = 20
const retryMs = 250
/** What waits for an ingest that restarts: some thousand handshakes. */
const maxWaiting = 20_000

/** Posts what has come together, one post at a time; disposal posts the rest once. */
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

  /** Disposal ends it. */
  function delay(ms: number): Promise<void> {
    return sleep(ms, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
  }
}
