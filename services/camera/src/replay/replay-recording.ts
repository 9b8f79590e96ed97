import { LostConnection } from '../sending/transport.ts'
import { pacedBody } from './paced-body.ts'
import type { RecordedUpload, SessionRecord } from './recording.ts'
import { type ReplayConnection, requestOf } from './replay-request.ts'

interface ReplayDeps {
  /** Opens the connection for the uploads that were recorded on one connection. */
  readonly connect: (upload: RecordedUpload) => ReplayConnection
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<unknown>
  /** Called with the outcome of each upload as soon as it is known. */
  readonly report: (outcome: ReplayOutcome) => void
}

/** The outcome of one upload. */
export interface ReplayOutcome {
  readonly upload: RecordedUpload
  /** Null when the body was cut off as recorded, or the connection was lost. */
  readonly status: number | null
  /** The server's message about a refusal, or why the connection was lost. */
  readonly words: string
  readonly isAsRecorded: boolean
}

/** Requests at the same time, more than any recording has. */
const maxInFlight = 256

/**
 * Sends a recording to the publishing point at `point`, a path without a slash at its end, `speed` times as fast as
 * recorded; infinity means as fast as the server responds. A request begins when its time has come and the requests
 * have ended that had ended before it when it was recorded. Throws a `CameraError` when the server cannot be reached at
 * all, or a body is missing.
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
      // Before the first response a lost connection means that the server cannot be reached; later it is an outcome.
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

  /** Closes a connection after its last request. */
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
