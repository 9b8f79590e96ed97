import type { Upload } from '../uploads/upload.ts'
import type { Context } from './evaluation.ts'
import { type Finding, find, shown } from './finding.ts'
import { at } from './state.ts'

/** What is wrong with the request itself, whatever came before it. */
export function judgeRequest(context: Context): readonly Finding[] {
  const { upload, clashes } = context
  const findings: Finding[] = []
  if (!upload.whole) findings.push(bodyIncomplete(upload))
  // Of a part's request it is told once, with the request.
  if (!upload.sender.device && !upload.part) findings.push(certificateMissing)
  if (clashes) findings.push(pathClash(upload))
  return findings
}

export const certificateMissing: Finding = find(
  'client-certificate-missing',
  'expected a client certificate that identifies the device; none was presented',
)

export function bodyIncomplete({ bytes, sender, undecodable }: Upload): Finding {
  if (undecodable !== undefined) {
    return find('body-incomplete', `expected a body in its Content-Encoding; ${undecodable}`)
  }
  const length = headerOf({ sender }, 'content-length')
  const expected = length === null ? 'a body up to its announced end' : `a body of ${length} bytes`
  return find('body-incomplete', `expected ${expected}; the connection was lost after ${bytes} bytes`)
}

const pathClash = ({ path }: Upload): Finding =>
  find('path-clash', `expected a path that is not also a folder, received ${shown(path)}; both are kept`)

/** A header by its name in any letter case; the first of several. */
export function headerOf({ sender }: Pick<Upload, 'sender'>, name: string): string | null {
  const index = sender.headers.findIndex((text, place) => place % 2 === 0 && text.toLowerCase() === name)
  return index < 0 ? null : (sender.headers[index + 1] ?? '')
}

/** Content-Type against the extension; what says nothing about the content is no contradiction. */
export function judgeContentType({ upload, extension }: Context): readonly Finding[] {
  const expected = at(typesOf, extension)
  const sent = headerOf(upload, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (!expected || !sent || saysNothing.has(sent) || expected.includes(sent)) return []
  const message = `expected ${expected.join(' or ')} for .${extension}, received Content-Type ${shown(sent)}`
  return [find('content-type-mismatch', message)]
}

const saysNothing = new Set([
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
const typesOf: Readonly<Record<string, readonly string[]>> = {
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
