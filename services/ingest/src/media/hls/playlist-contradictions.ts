import type { ManifestFlaw } from '../inspection.ts'
import type { Attributes } from './attribute-list.ts'
import { exclusionIn } from './tag-attributes.ts'

/** Notices tags of a playlist that exclude each other, or that ask for others (RFC 8216 and its second edition). */
interface PlaylistContradictions {
  tag(name: string, value: string, attributes: Attributes | null, line: number): void
  uri(uri: string, line: number): void
  /** To be called once, behind the last line. */
  end(): void
}

/** Decimals in a playlist are rounded. */
const rounding = 0.001

const groupNames = ['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'] as const

/** More groups and renditions than this are not looked at. */
const maxGroups = 1_000

export function createPlaylistContradictions(
  report: (code: ManifestFlaw['code'], message: string) => void,
): PlaylistContradictions {
  const groups = new Map<string, { readonly names: Set<string>; hasDefault: boolean }>()
  const wanted = new Map<string, number>()
  let hasSegment = false
  let hasDiscontinuity = false
  let range: { readonly hasOffset: boolean; readonly line: number } | null = null
  /** The file that the newest byte range of a segment is in. */
  let rangeUri: string | null = null
  let partUri: string | null = null
  let partTarget: number | null = null
  let target: number | null = null
  let firstPart: number | null = null
  let longestPart: { readonly duration: number; readonly line: number } | null = null
  let control: Attributes | null = null
  return { tag, uri, end }

  function contradiction(message: string): void {
    report('playlist-contradiction', message)
  }

  function tag(name: string, value: string, attributes: Attributes | null, line: number): void {
    const exclusion = attributes && exclusionIn(name, attributes)
    if (exclusion) contradiction(`${exclusion} in line ${line}`)
    switch (name) {
      case '#EXT-X-TARGETDURATION':
        target ??= numberIn(value)
        return
      case '#EXT-X-MEDIA-SEQUENCE':
      case '#EXT-X-DISCONTINUITY-SEQUENCE':
        addSequence(name, line)
        return
      case '#EXT-X-DISCONTINUITY':
        hasDiscontinuity = true
        return
      case '#EXT-X-BYTERANGE':
        range = { hasOffset: !isLength(value), line }
        return
    }
    if (attributes) addAttributes(name, attributes, line)
  }

  function addAttributes(name: string, attributes: Attributes, line: number): void {
    if (name === '#EXT-X-PART-INF') partTarget = numberIn(attributes.get('PART-TARGET')?.value)
    else if (name === '#EXT-X-SERVER-CONTROL') control = attributes
    else if (name === '#EXT-X-PART') addPart(attributes, line)
    else if (name === '#EXT-X-MEDIA') addRendition(attributes, line)
    else if (name === '#EXT-X-STREAM-INF' || name === '#EXT-X-I-FRAME-STREAM-INF') addGroups(attributes, line)
  }

  function addSequence(name: string, line: number): void {
    const isLate = hasSegment || (name === '#EXT-X-DISCONTINUITY-SEQUENCE' && hasDiscontinuity)
    if (!isLate) return
    const before = hasSegment ? 'the first segment' : 'the first EXT-X-DISCONTINUITY'
    contradiction(`expected ${name.slice(1)} before ${before}, received it in line ${line}`)
  }

  function addPart(attributes: Attributes, line: number): void {
    firstPart ??= line
    const duration = numberIn(attributes.get('DURATION')?.value)
    if (duration !== null && (longestPart === null || duration > longestPart.duration))
      longestPart = { duration, line }
    const [found, within] = [attributes.get('URI')?.value ?? null, attributes.get('BYTERANGE')?.value]
    if (within !== undefined && isLength(within) && partUri !== found)
      contradiction(
        `expected an offset in the BYTERANGE of line ${line}, as no part of that file is before it`,
      )
    partUri = within === undefined ? null : found
  }

  function addRendition(attributes: Attributes, line: number): void {
    const [type, group, name] = ['TYPE', 'GROUP-ID', 'NAME'].map((one) => attributes.get(one)?.value)
    if (type === undefined || group === undefined || groups.size >= maxGroups) return
    const key = JSON.stringify([type, group])
    const known = groups.get(key) ?? { names: new Set(), hasDefault: false }
    groups.set(key, known)
    if (name !== undefined && known.names.has(name))
      contradiction(
        `expected a NAME of its own for each rendition of a group, received one again in line ${line}`,
      )
    if (name !== undefined && known.names.size < maxGroups) known.names.add(name)
    if (attributes.get('DEFAULT')?.value !== 'YES') return
    if (known.hasDefault)
      contradiction(`expected one DEFAULT=YES in a group, received another in line ${line}`)
    known.hasDefault = true
  }

  function addGroups(attributes: Attributes, line: number): void {
    for (const type of groupNames) {
      const group = attributes.get(type)
      if (!group?.isQuoted || wanted.size >= maxGroups) continue
      const key = JSON.stringify([type, group.value])
      if (!wanted.has(key)) wanted.set(key, line)
    }
  }

  function uri(found: string, line: number): void {
    hasSegment = true
    if (range && !range.hasOffset && rangeUri !== found)
      contradiction(
        `expected an offset in the EXT-X-BYTERANGE of line ${range.line}, as no range of the file in line ${line} is before it`,
      )
    rangeUri = range ? found : null
    range = null
  }

  function end(): void {
    for (const [key, line] of wanted) {
      const [type, group] = JSON.parse(key) as [string, string]
      if (!groups.has(key) && groups.size < maxGroups && !group.includes('{$'))
        contradiction(
          `expected an EXT-X-MEDIA of type ${type} and group ${JSON.stringify(group.slice(0, 40))} as line ${line} names it, received none`,
        )
    }
    if (firstPart !== null && partTarget === null)
      report(
        'playlist-attribute-absent',
        `expected EXT-X-PART-INF with the EXT-X-PART of line ${firstPart}, received none`,
      )
    checkParts()
    checkControl()
  }

  function checkParts(): void {
    if (partTarget === null || longestPart === null || longestPart.duration <= partTarget + rounding) return
    const { duration, line } = longestPart
    contradiction(
      `expected parts of up to ${partTarget} s as PART-TARGET says, received ${duration} s in line ${line}`,
    )
  }

  /** Second edition, 4.4.3.8. */
  function checkControl(): void {
    const secondsOf = (name: string) => numberIn(control?.get(name)?.value)
    if (partTarget !== null && control && !control.has('PART-HOLD-BACK'))
      report(
        'playlist-attribute-absent',
        'expected PART-HOLD-BACK in EXT-X-SERVER-CONTROL beside EXT-X-PART-INF, received none',
      )
    const atLeast = (name: string, least: number | null, what: string) => {
      const found = secondsOf(name)
      if (found === null || least === null || found >= least - rounding) return
      contradiction(`expected ${name} of at least ${least} s, ${what}, received ${found} s`)
    }
    atLeast('PART-HOLD-BACK', partTarget === null ? null : partTarget * 2, 'twice PART-TARGET')
    atLeast('HOLD-BACK', target === null ? null : target * 3, 'three times EXT-X-TARGETDURATION')
    atLeast('CAN-SKIP-UNTIL', target === null ? null : target * 6, 'six times EXT-X-TARGETDURATION')
  }
}

/** Whether a byte range says how long it is, and leaves open where it begins. */
const isLength = (range: string): boolean => /^\d{1,15}$/.test(range)

/** A decimal; null for anything else. */
function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}(\.\d{0,20})?$/.test(text) ? Number(text) : null
}
