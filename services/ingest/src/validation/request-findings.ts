import type { Upload } from '../uploads/upload.ts'
import type { Context } from './evaluation.ts'
import { excerpt, type Finding, finding } from './finding.ts'
import { at } from './state.ts'

/** Findings on the request alone: body, client certificate, and a path that is also a folder. */
export function checkRequest(context: Context): readonly Finding[] {
  const { upload, clashes } = context
  const findings: Finding[] = []
  // What the server did on purpose is no fault of the device.
  if (!upload.whole && !upload.fault) findings.push(bodyIncomplete(upload))
  // The request of a part gets this finding once, not each of its parts.
  if (!upload.sender.device && !upload.part) findings.push(certificateMissing)
  if (clashes) findings.push(pathClash(upload))
  return findings
}

export const certificateMissing: Finding = finding(
  'client-certificate-missing',
  'expected a client certificate that identifies the device; none was presented',
)

function bodyIncomplete({ bytes, sender, undecodable }: Upload): Finding {
  if (undecodable !== undefined) {
    return finding('body-incomplete', `expected a body in its Content-Encoding; ${undecodable}`)
  }
  const length = headerOf({ sender }, 'content-length')
  const expected = length === null ? 'a body up to its announced end' : `a body of ${length} bytes`
  return finding('body-incomplete', `expected ${expected}; the connection was lost after ${bytes} bytes`)
}

const pathClash = ({ path }: Upload): Finding =>
  finding('path-clash', `expected a path that is not also a folder, received ${excerpt(path)}; both are kept`)

/** A header by its name in any letter case; the first of several. */
export function headerOf({ sender }: Pick<Upload, 'sender'>, name: string): string | null {
  const { headers } = sender
  for (let at = 0; at < headers.length; at += 2) {
    const text = headers[at]
    if (text?.length === name.length && text.toLowerCase() === name) return headers[at + 1] ?? ''
  }
  return null
}

/** Content-Type against the extension (DASH-IF Ingest 7.1.2-7). A generic type contradicts no extension. */
export function checkContentType({ upload, extension }: Context): readonly Finding[] {
  const expected = at(contentTypes, extension)
  const sent = headerOf(upload, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (!expected || !sent || genericTypes.has(sent) || expected.includes(sent)) return []
  const message = `expected ${expected.join(' or ')} for .${extension}, received Content-Type ${excerpt(sent)}`
  return [finding('content-type-mismatch', message)]
}

const genericTypes = new Set([
  '*',
  '*/*',
  'application/*',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
])

const video = ['video/mp4']
const audio = ['audio/mp4']
const data = ['application/mp4']
const playlist = ['application/vnd.apple.mpegurl', 'application/x-mpegurl', 'audio/mpegurl']
const contentTypes: Readonly<Record<string, readonly string[]>> = {
  mpd: ['application/dash+xml'],
  m3u8: playlist,
  init: [...video, ...audio, ...data],
  header: [...video, ...audio, ...data],
  cmfv: video,
  m4v: video,
  cmfa: audio,
  m4a: audio,
  cmft: data,
  cmfm: data,
  mp4: [...video, ...audio, ...data],
  m4s: ['video/iso.segment', ...video, 'audio/iso.segment', ...audio, ...data],
}

/**
 * Whether the upload brought the bytes that its path has already; the caller looks whether it is the same
 * session.
 */
export const isRepeat = ({ previous, upload }: Context): boolean => previous === upload.sha256

export const uploadRepeated = ({ upload }: Context): Finding =>
  finding(
    'upload-repeated',
    `expected ${excerpt(upload.path)} once, received the same bytes again; nothing changes`,
  )
