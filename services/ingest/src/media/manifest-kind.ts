import { delimitedSpans } from './xml/delimited-spans.ts'

/** What a body without boxes is: from the start of its text, in any encoding that XML has. */
export interface ManifestKind {
  /** The next bytes of the body, in any division. */
  add(bytes: Buffer): void
  kind(): 'mpd' | 'playlist' | 'other'
}

const firstLine = '#EXTM3U'
const rootTag = /^<(?:[\w.-]+:)?MPD[\s/>]/
const doctype = /^<!DOCTYPE\s+(?:[\w.-]+:)?MPD[\s[>]/

/** Bytes of a byte order mark, and one more. */
const longestMark = 4

/** A tag is told from another by this many characters. */
const maxTag = 256

/**
 * Looks for the root element behind comments and instructions of any length (XML 1.0, 2.8), and for the first
 * line of a playlist. Keeps at most `maxTag` characters.
 */
export function createManifestKind(): ManifestKind {
  let found: 'mpd' | 'playlist' | 'other' | null = null
  let isWide: boolean | null = null
  let text = ''
  /** What ends the comment or instruction that the text is in. */
  let stop: string | null = null
  return { add, kind: () => found ?? proceed(true) ?? 'other' }

  function add(bytes: Buffer): void {
    if (found !== null) return
    const letters = bytes.toString('latin1')
    if (isWide === null && text.length + letters.length >= longestMark)
      isWide = isTwoBytesEach(text + letters)
    text += letters
    if (isWide !== null) found = proceed(false)
  }

  /** Null while more text is needed. */
  function proceed(isEnd: boolean): 'mpd' | 'playlist' | 'other' | null {
    if (isWide) text = text.replaceAll('\0', '')
    text = stop === null ? text.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '') : text
    for (;;) {
      if (stop !== null) {
        const end = text.indexOf(stop)
        text = end < 0 ? text.slice(1 - stop.length) : text.slice(end + stop.length)
        if (end < 0) return null
        stop = null
      }
      text = text.trimStart()
      const span = delimitedSpans.find(([start]) => text.startsWith(start))
      if (!span) return decide(isEnd)
      stop = span[1]
      text = text.slice(span[0].length)
    }
  }

  function decide(isEnd: boolean): 'mpd' | 'playlist' | 'other' | null {
    if (text.startsWith(firstLine)) return 'playlist'
    if (rootTag.test(text) || doctype.test(text)) return 'mpd'
    const mayBecome = firstLine.startsWith(text) || (text.startsWith('<') && !/^<[^!][^>]*[\s>]/.test(text))
    return isEnd || !mayBecome || text.length > maxTag ? 'other' : null
  }
}

/** UTF-16 with or without byte order mark: every other byte of its first characters is 0. */
const isTwoBytesEach = (start: string): boolean =>
  /^(?:\xff\xfe|\xfe\xff|[<#]\0|\0[<#])/.test(start.slice(0, 2))
