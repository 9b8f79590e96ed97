import { LostConnection } from '../sending/transport.ts'
import { pacedBody } from './paced-body.ts'
import type { RecordedUpload, SessionRecord } from './recording.ts'
import { type ReplayConnection, requestOf } from './replay-request.ts'

interface ReplayDeps {
  /** Opens the connection for uploads that came on one connection. */
  readonly connect: (upload: RecordedUpload) => ReplayConnection
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<unknown>
  /** Called with each upload's outcome, as it comes. */
  readonly report: (outcome: ReplayOutcome) => void
}

/** What became of one upload. */
export interface ReplayOutcome {
  readonly upload: RecordedUpload
  /** Null for a body that was cut off as it was recorded, and where the connection was lost. */
  readonly status: number | null
  /** What the server says to a refusal, or why the connection was lost. */
  readonly words: string
  readonly isAsRecorded: boolean
}

/** More requests at once than any recording needs. */
const maxInFlight = 256

/**
 * Sends a recording below a path, without a slash at its end, `speed` times as fast as it came, or with infinity as
 * fast as the server responds. A request begins when its time has come and all those are over that were over when it
 * began. Throws a `CameraError` where the server cannot be reached at all, or a body is not there.
 */
export async function replayRecording(
  { uploads, body }: SessionRecord,
  point: string,
  speed: number,
  { connect, nowMs, sleep, report }: ReplayDeps,
): Promise<void> {
  const [first] = uploads
  if (!first) return
  const startMs = nowMs()
  const remaining = new Map<string, number>()
  for (const { connection } of uploads) remaining.set(connection, (remaining.get(connection) ?? 0) + 1)
  const connections = new Map<string, ReplayConnection>()
  const inFlight = new Map<RecordedUpload, Promise<void>>()
  let failure: { readonly error: unknown } | null = null
  let hasResponse = false
  try {
    for (const upload of uploads) {
      await Promise.all(
        [...inFlight].filter(([one]) => one.receivedMs <= upload.startedMs).map(([, sent]) => sent),
      )
      if (inFlight.size >= maxInFlight) await Promise.race(inFlight.values())
      await untilRecorded(upload.startedMs)
      if (failure) break
      inFlight.set(
        upload,
        send(upload).finally(() => inFlight.delete(upload)),
      )
    }
    await Promise.all(inFlight.values())
  } finally {
    for (const connection of connections.values()) connection.close()
  }
  if (failure) throw (failure as { readonly error: unknown }).error

  async function untilRecorded(atMs: number): Promise<void> {
    const dueMs = startMs + (atMs - (first?.startedMs ?? 0)) / speed
    const waitMs = dueMs - nowMs()
    if (waitMs > 0) await sleep(waitMs)
  }

  async function send(upload: RecordedUpload): Promise<void> {
    const connection = connectionOf(upload)
    try {
      const sent = requestOf(upload, point, pacedBody(upload, body(upload), untilRecorded))
      const reply = await connection.send(sent)
      hasResponse = true
      report(reply ? outcomeOf(upload, reply.status, reply.body) : cutOutcome(upload))
    } catch (error) {
      // A server that never responded is not there; one that did may lose a connection.
      if (!(error instanceof LostConnection) || !hasResponse) failure ??= { error }
      else report({ upload, status: null, words: error.message, isAsRecorded: false })
    } finally {
      leave(upload, connection)
    }
  }

  function connectionOf(upload: RecordedUpload): ReplayConnection {
    const opened = connections.get(upload.connection) ?? connect(upload)
    connections.set(upload.connection, opened)
    return opened
  }

  /** The last request of a connection closes it. */
  function leave({ connection: name }: RecordedUpload, connection: ReplayConnection): void {
    const left = (remaining.get(name) ?? 1) - 1
    remaining.set(name, left)
    if (left > 0) return
    connections.delete(name)
    connection.close()
  }
}

function outcomeOf(upload: RecordedUpload, status: number, words: string): ReplayOutcome {
  const isAsRecorded = upload.status === null ? status >= 200 && status < 300 : status === upload.status
  return { upload, status, words: isAsRecorded ? '' : words, isAsRecorded: isAsRecorded && !upload.isCutOff }
}

const cutOutcome = (upload: RecordedUpload): ReplayOutcome => ({
  upload,
  status: null,
  words: '',
  isAsRecorded: true,
})
