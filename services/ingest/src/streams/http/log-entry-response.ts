import {
  type LogRows,
  rowColumns,
  type UploadFactsResponse,
  type UploadResponse,
  type UploadRow,
} from '@pushav/shared/api/uploads.ts'
import type { MediaOfUpload } from '../../indexing/judged-upload.ts'
import { producerLatencyOf } from '../../latency/segment-latency.ts'
import { pairsIn } from '../../lib/pairs-in.ts'
import type { Sender } from '../../uploads/upload.ts'
import { worstOf } from '../../validation/finding.ts'
import { rules } from '../../validation/rules.ts'
import type { UploadContext } from '../one-upload/upload-facts.ts'
import { sessionNumberOf } from '../session-view.ts'
import type { LogEntry } from '../upload-log.ts'

/** One upload of the wire log. */
export function uploadResponse(entry: LogEntry): UploadResponse {
  const { upload, findings, session, track, position, status, media, probe } = entry
  const { fault } = upload
  return {
    id: upload.id,
    position,
    path: upload.path,
    method: upload.method,
    started_at: upload.startedAt,
    received_at: upload.receivedAt,
    bytes: upload.bytes,
    sha256: upload.sha256,
    whole: upload.whole,
    kind: upload.kind,
    status,
    session_id: sessionNumberOf(session),
    session,
    track,
    media: media && mediaResponse(media, Date.parse(upload.receivedAt)),
    sender: senderResponse(upload.sender),
    part: upload.part,
    parts: upload.parts,
    coded_bytes: upload.codedBytes,
    fault: fault && { id: fault.rule, does: fault.does, refused: fault.isRefused },
    undecodable: upload.undecodable,
    findings: [...findings],
    probe,
  }
}

/** Uploads as rows of `rowColumns`. */
export const logRowsResponse = (entries: readonly LogEntry[]): LogRows => ({
  columns: [...rowColumns],
  positions: entries.map(({ position }) => position),
  rows: entries.map(uploadRowResponse),
})

function uploadRowResponse(entry: LogEntry): UploadRow {
  const { upload, findings, session, track, status, media, probe } = entry
  const { sender } = upload
  return [
    upload.id,
    upload.path,
    upload.kind,
    upload.startedAt,
    Date.parse(upload.receivedAt) - Date.parse(upload.startedAt),
    upload.bytes,
    session,
    track,
    worstOf(findings),
    [...new Set(findings.map(({ code }) => code))],
    media?.decodeTime ?? null,
    media?.duration ?? null,
    media?.timescale ?? null,
    upload.method,
    sender.httpVersion,
    sender.tlsVersion,
    status,
    sender.device?.fingerprint ?? null,
    sender.address,
    probe,
    upload.whole,
    upload.part?.of ?? null,
  ]
}

/** One upload in full, its findings explained. */
export function uploadFactsResponse(context: UploadContext): UploadFactsResponse {
  const { entry, versions, previous, next, previousInTrack, nextInTrack } = context
  const findings = entry.findings.map((finding) => ({
    ...finding,
    title: rules[finding.code].title,
    clause: rules[finding.code].clause,
    hint: rules[finding.code].hint,
  }))
  return {
    ...uploadResponse(entry),
    findings,
    versions: versions.map(({ upload, findings }) => ({
      upload: upload.id,
      received_at: upload.receivedAt,
      worst: worstOf(findings),
    })),
    init: entry.init,
    previous,
    next,
    previous_in_track: previousInTrack,
    next_in_track: nextInTrack,
  }
}

const mediaResponse = (media: MediaOfUpload, receivedMs: number): NonNullable<UploadResponse['media']> => ({
  decode_time: media.decodeTime,
  duration: media.duration,
  timescale: media.timescale,
  samples: media.samples,
  starts_with_sync: media.startsWithSync,
  sequence: media.sequence,
  latency_ms: wholeOf(producerLatencyOf(media, receivedMs)),
  producer_at: isoOf(media.producerAtMs),
})

const wholeOf = (ms: number | null): number | null => ms && Math.round(ms)

/** Null for a time that no calendar has: a device chose it. */
function isoOf(ms: number | null): string | null {
  const date = new Date(ms ?? Number.NaN)
  return Number.isNaN(date.getTime()) || date.getFullYear() > 9_999 || date.getFullYear() < 0
    ? null
    : date.toISOString()
}

function senderResponse({ device, headers, ...sender }: Sender): UploadResponse['sender'] {
  return {
    address: sender.address,
    port: sender.port,
    tls_version: sender.tlsVersion,
    cipher: sender.cipher,
    alpn: sender.alpn,
    tls_test: sender.tlsTest,
    http_version: sender.httpVersion,
    headers: pairsIn(headers),
    omitted_headers: sender.omittedHeaders || undefined,
    device: device && {
      fingerprint: device.fingerprint,
      serial: device.serial,
      subject: device.subject,
      not_after: device.notAfter,
    },
  }
}
