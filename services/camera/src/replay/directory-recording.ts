import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { printable } from '@pushav/shared/lib/printable.ts'
import { uploadPath } from '@pushav/shared/paths.ts'
import {
  type JournaledUpload,
  journaledRemoval,
  journaledStream,
  journaledUpload,
} from '@pushav/shared/recording/recorded-upload.ts'
import { CameraError } from '../camera-error.ts'
import { checkedBody } from './checked-body.ts'
import { type RecordedLine, type RecordedUpload, type SessionRecord, uploadsOf } from './recording.ts'

/**
 * Opens a stream in a working directory, or in a backup of one; null for the only stream there. The recording has the
 * uploads whose path begins with `prefix` and that retention has not removed. Throws a `CameraError` that says what is
 * wrong.
 */
export async function openDirectoryRecording(
  directory: string,
  stream: string | null,
  prefix: string,
): Promise<SessionRecord> {
  const id = stream ?? (await onlyStream(directory))
  const { lines, interface: fedAs } = await readJournals(join(directory, 'journals', id), id)
  const uploads = uploadsOf(lines).filter(({ path }) => path.startsWith(prefix))
  for (const upload of uploads) await assertThere(uploadPath(directory, id, upload.id), upload)
  return {
    interface: fedAs,
    uploads,
    body: (upload) =>
      checkedBody(upload, createReadStream(uploadPath(directory, id, upload.id)) as AsyncIterable<Buffer>),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

async function onlyStream(directory: string): Promise<string> {
  const streams = (await namesIn(join(directory, 'journals'))).filter((name) => /^\d+$/.test(name))
  const [only] = streams
  if (only === undefined)
    throw new CameraError(`there is no journal in ${directory}: it is no working directory`)
  if (streams.length === 1) return only
  throw new CameraError(
    `--stream must name one of the streams ${streams.toSorted((a, b) => +a - +b).join(', ')}`,
  )
}

async function readJournals(folder: string, stream: string) {
  const journals = (await namesIn(folder)).filter((name) => name.endsWith('.ndjson'))
  if (journals.length === 0) throw new CameraError(`there is no journal of stream ${stream}: ${folder}`)
  const lines: RecordedLine[] = []
  const removed = new Set<string>()
  let fedAs: string | null = null
  for (const journal of journals)
    for await (const line of createInterface({ input: createReadStream(join(folder, journal)) })) {
      const entry = parsed(line)
      const upload = journaledUpload.safeParse(entry)
      if (upload.success) lines.push(lineOf(upload.data.upload))
      for (const id of journaledRemoval.safeParse(entry).data?.uploads ?? []) removed.add(id)
      fedAs = journaledStream.safeParse(entry).data?.interface ?? fedAs
    }
  return { lines: lines.filter(({ id }) => !removed.has(id)), interface: fedAs }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    throw new CameraError(`cannot read ${folder} (${errorCode(error)}): it is no folder with journals`)
  }
}

/** Parses a journal line; null for a line that a crash cut off, which ingest ignores too. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

async function assertThere(file: string, { path, bytes }: RecordedUpload): Promise<void> {
  const found = await stat(file).catch(() => null)
  if (!found) throw new CameraError(`the body of ${printable(path)} is missing: ${file}`)
  if (found.size !== bytes)
    throw new CameraError(`the body of ${printable(path)} has ${found.size} of ${bytes} bytes: ${file}`)
}

function lineOf({ sender, ...upload }: JournaledUpload): RecordedLine {
  const { headers } = sender
  return {
    id: upload.id,
    path: upload.path,
    method: upload.method,
    bytes: upload.bytes,
    sha256: upload.sha256,
    startedMs: Date.parse(upload.startedAt),
    receivedMs: Date.parse(upload.receivedAt),
    kind: upload.kind,
    status: null,
    part: upload.part ?? null,
    isCutOff: !upload.whole && upload.undecodable === undefined,
    isDecoded: upload.codedBytes !== undefined && upload.undecodable === undefined,
    connection: `${sender.address} ${sender.port}`,
    httpVersion: sender.httpVersion === '2' ? '2' : '1.1',
    headers: Array.from(
      { length: headers.length / 2 },
      (_, i) => [headers[2 * i] ?? '', headers[2 * i + 1] ?? ''] as const,
    ),
    hasCertificate: sender.device !== null,
  }
}
