import { createHash } from 'node:crypto'
import type { ReportEvidence } from '@pushav/shared/api/evidence/digests.ts'
import { reportResponse } from '@pushav/shared/api/streams.ts'
import { digestLine, factsLine } from '@pushav/shared/recording/digest-lines.ts'
import { type ExportedUpload, exportedUpload } from '@pushav/shared/recording/recorded-upload.ts'
import { ZipError, type ZipReader } from '@pushav/shared/recording/zip-reader.ts'
import type { z } from 'zod'
import { parseJson } from '../command-line/parse-json.ts'

/** A report with evidence, which a user can file and verify later. */
export type FiledReport = z.infer<typeof reportResponse> & { readonly evidence: ReportEvidence }

/** Parses a report, called `name` in errors. Throws an error whose message says in one sentence what is wrong. */
export function parseReport(name: string, text: string): FiledReport {
  const { data } = reportResponse.safeParse(parseJson(name, text))
  if (!data) throw new Error(`${name} is no report of push-av-server`)
  const { evidence } = data
  if (!evidence)
    throw new Error(`${name} has no evidence: ask for it with evidence=true, or export the session`)
  return { ...data, evidence }
}

/**
 * The differences between a report and an export, a sentence for each; none when the report is about this export.
 * Throws an error when the zip is not an export.
 */
export async function verifyExport(report: FiledReport, zip: ZipReader): Promise<readonly string[]> {
  const exported = parseReport('report.json of the export', await textOf(zip, 'report.json'))
  const uploads = (await textOf(zip, 'uploads.ndjson')).split('\n').filter(Boolean).map(parseUpload)
  const named = uploads.map(({ file }) => file)
  const extra = [...zip.members.keys()].filter((name) => name.startsWith('uploads/') && !named.includes(name))
  return [
    ...compareSubjects(report, exported),
    ...(await changedBodies(uploads, zip)),
    ...extra.map((name) => `${name} is no upload of the recording`),
    ...compareDigests(report.evidence, uploads),
  ]
}

function compareSubjects(report: FiledReport, exported: FiledReport): readonly string[] {
  const subject = (one: FiledReport) => `stream ${one.stream_id}, session ${one.session ?? '(all)'}`
  if (subject(report) !== subject(exported))
    return [`the report is on ${subject(report)}, the export on ${subject(exported)}`]
  const rules = new Map(exported.rules.map((rule) => [rule.code, JSON.stringify(rule)]))
  const differing = report.rules.filter((rule) => rules.get(rule.code) !== JSON.stringify(rule))
  const codes = differing.map(({ code }) => code)
  if (report.rules.length !== exported.rules.length)
    return ['the report has other rules than that of the export']
  return codes.length === 0
    ? []
    : [`the report says something else than that of the export on ${codes.join(', ')}`]
}

/** Compares the bytes of the bodies with their digests: the digests in the list alone prove nothing about the bytes. */
async function changedBodies(uploads: readonly ExportedUpload[], zip: ZipReader): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const { file, path, sha256 } of uploads) {
    const member = zip.members.get(file)
    if (!member) wrong.push(`the body of ${path} is missing`)
    else if ((await digestOf(zip, file)) !== sha256) wrong.push(`the body of ${path} was changed`)
  }
  return wrong
}

async function digestOf(zip: ZipReader, file: string): Promise<string | null> {
  const member = zip.members.get(file)
  if (!member) return null
  const hash = createHash('sha256')
  try {
    for await (const part of zip.read(member)) hash.update(part)
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    return null
  }
  return hash.digest('hex')
}

function compareDigests(evidence: ReportEvidence, uploads: readonly ExportedUpload[]): readonly string[] {
  const [list, facts] = [createHash('sha256'), createHash('sha256')]
  for (const upload of uploads) {
    list.update(digestLine(upload.sha256, upload.id))
    facts.update(factsLine(recordOf(upload)))
  }
  if (evidence.uploads !== uploads.length)
    return [`the report is on ${evidence.uploads} uploads, the export has ${uploads.length}`]
  const filed = new Map(evidence.digests.map(({ upload, sha256 }) => [upload, sha256]))
  const others = uploads.filter(({ id, sha256 }) => filed.get(id) !== sha256)
  return [
    ...others.map(({ path, id }) => `the report has another digest of ${path} (upload ${id})`),
    ...(list.digest('hex') === evidence.list_sha256 ? [] : ['the uploads are not those of the report']),
    ...(facts.digest('hex') === evidence.facts_sha256
      ? []
      : ['paths, times, senders or headers of the uploads are not those of the report']),
  ]
}

const recordOf = ({ sender, ...upload }: ExportedUpload) => ({
  id: upload.id,
  path: upload.path,
  method: upload.method,
  bytes: upload.bytes,
  startedAt: upload.started_at,
  receivedAt: upload.received_at,
  sha256: upload.sha256,
  whole: upload.whole,
  sender: {
    address: sender.address,
    port: sender.port,
    tlsVersion: sender.tls_version,
    cipher: sender.cipher,
    alpn: sender.alpn,
    httpVersion: sender.http_version,
    headers: sender.headers.flat(),
    device: sender.device,
  },
})

function parseUpload(line: string, at: number): ExportedUpload {
  const { data } = exportedUpload.safeParse(parseJson(`line ${at + 1} of uploads.ndjson`, line))
  if (data) return data
  throw new Error(`line ${at + 1} of uploads.ndjson is no upload; an older export has to be made again`)
}

async function textOf(zip: ZipReader, name: string): Promise<string> {
  const member = zip.members.get(name)
  if (!member) throw new Error(`the zip is no export of a session: it has no ${name}`)
  return Buffer.concat(await Array.fromAsync(zip.read(member))).toString()
}
