import { printable } from '@pushav/shared/lib/printable.ts'
import { type ExportedUpload, exportedUpload } from '@pushav/shared/recording/recorded-upload.ts'
import { openZip, ZipError, type ZipReader } from '@pushav/shared/recording/zip-reader.ts'
import { CameraError } from '../camera-error.ts'
import { checkedBody } from './checked-body.ts'
import { type RecordedLine, type SessionRecord, uploadsOf } from './recording.ts'

/** A larger member is not a list of uploads that this server has exported. */
const maxListBytes = 1_073_741_824

/** Opens the export of a session, `/export/{id}/{session}.zip`. Throws a `CameraError` that says what is wrong. */
export async function openZipRecording(path: string): Promise<SessionRecord> {
  await using opened = new AsyncDisposableStack()
  try {
    const zip = opened.use(await openZip(path))
    const exported = (await textOf(zip, 'uploads.ndjson')).split('\n').filter(Boolean).map(parseLine)
    for (const { file, bytes, path: name } of exported) assertThere(zip, file, bytes, name)
    const files = new Map(exported.map(({ id, file }) => [id, file]))
    const stack = opened.move()
    return {
      interface: interfaceIn(await textOf(zip, 'report.json')),
      uploads: uploadsOf(exported.map(lineOf)),
      body: (upload) => checkedBody(upload, bytesOf(zip, files.get(upload.id) ?? '')),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  } catch (error) {
    if (error instanceof ZipError) throw new CameraError(`cannot read ${path}: ${error.message}`)
    throw error
  }
}

function parseLine(line: string, at: number): ExportedUpload {
  try {
    return exportedUpload.parse(JSON.parse(line))
  } catch {
    throw new CameraError(
      `line ${at + 1} of uploads.ndjson is no upload; an older export has to be made again`,
    )
  }
}

function assertThere({ members }: ZipReader, file: string, bytes: number, path: string): void {
  const member = members.get(file)
  if (!member) throw new CameraError(`the zip has no body of ${printable(path)}`)
  if (member.bytes !== bytes)
    throw new CameraError(`the body of ${printable(path)} has ${member.bytes} of ${bytes} bytes`)
}

async function textOf(zip: ZipReader, name: string): Promise<string> {
  const member = zip.members.get(name)
  if (!member || member.bytes > maxListBytes)
    throw new CameraError(`the zip is no export of a session: it has no ${name}`)
  return Buffer.concat(await Array.fromAsync(zip.read(member))).toString()
}

async function* bytesOf(zip: ZipReader, file: string): AsyncIterable<Buffer> {
  const member = zip.members.get(file)
  if (!member) return
  try {
    yield* zip.read(member)
  } catch (error) {
    throw error instanceof ZipError ? new CameraError(error.message) : error
  }
}

function interfaceIn(report: string): string | null {
  return /"interface": *"([a-z-]+)"/.exec(report)?.[1] ?? null
}

function lineOf({ sender, ...upload }: ExportedUpload): RecordedLine {
  return {
    id: upload.id,
    path: upload.path,
    method: upload.method,
    bytes: upload.bytes,
    sha256: upload.sha256,
    startedMs: Date.parse(upload.started_at),
    receivedMs: Date.parse(upload.received_at),
    kind: upload.kind,
    status: upload.status,
    part: upload.part ?? null,
    isCutOff: !upload.whole && upload.undecodable === undefined,
    isDecoded: upload.coded_bytes !== undefined && upload.undecodable === undefined,
    connection: `${sender.address} ${sender.port}`,
    httpVersion: sender.http_version === '2' ? '2' : '1.1',
    headers: sender.headers,
    hasCertificate: sender.device !== null,
  }
}
