import type { ManifestFlaw } from '../inspection.ts'
import { createFlaws } from '../manifest-flaws.ts'
import { type Attributes, attributeOf } from './attribute-list.ts'
import { createPlaylistContradictions } from './playlist-contradictions.ts'
import { hasVariable } from './playlist-variables.ts'
import { attributeFaults, extinfDecimal, type Form, range, time, whole } from './tag-attributes.ts'

/** Notices, line by line, what a playlist lacks or has wrongly by RFC 8216 and its second edition. */
export interface PlaylistFlaws {
  /** `attributes` are null for a tag that has no attribute list. */
  tag(name: string, value: string, attributes: Attributes | null, line: number): void
  uri(uri: string, line: number): void
  /** What was found in all lines. */
  all(): readonly ManifestFlaw[]
}

/** Extensions of segments that are fragmented MP4, which need EXT-X-MAP (3.3). */
const fragmented = /\.(m4s|mp4|cmf[vatm]|m4v|m4a|fmp4)$/i

/**
 * Tags that media and multivariant playlists share (4.3.1, 4.3.4.4, 4.3.5), so that they do not tell which one it is.
 */
const tagsOfBoth = new Set(
  '#EXTM3U #EXT-X-VERSION #EXT-X-INDEPENDENT-SEGMENTS #EXT-X-START #EXT-X-SESSION-DATA #EXT-X-SESSION-KEY #EXT-X-DEFINE #EXT-X-CONTENT-STEERING'.split(
    ' ',
  ),
)

/** A duration of half a second over the target rounds either way. */
const roundingSlack = 0.500_001

/** Tags whose value is no attribute list, and the form of that. */
const values: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['#EXT-X-MEDIA-SEQUENCE', whole],
  ['#EXT-X-DISCONTINUITY-SEQUENCE', whole],
  ['#EXT-X-PLAYLIST-TYPE', [/^(EVENT|VOD)$/, 'EVENT or VOD']],
  ['#EXT-X-BYTERANGE', range],
  ['#EXT-X-PROGRAM-DATE-TIME', time],
])

export function createPlaylistFlaws(): PlaylistFlaws {
  const flaws = createFlaws()
  const contradictions = createPlaylistContradictions(flaws.add)
  const needs: { version: number; what: string }[] = []
  let version: string | null = null
  let target: string | null = null
  let isMultivariant = false
  let isMedia = false
  let isIFramesOnly = false
  /** More than one target duration, which is a fault of its own. */
  let isAmbiguous = false
  let hasMap = false
  let mayHaveMap = false
  let pending: { kind: 'segment' | 'variant'; line: number } | null = null
  let longest: { duration: number; line: number } | null = null
  return { tag, uri, all }

  function tag(name: string, value: string, attributes: Attributes | null, line: number): void {
    isMedia ||= !tagsOfBoth.has(name)
    if (attributes) checkAttributes(name, attributes, line)
    else checkValue(name, value, line)
    contradictions.tag(name, value, attributes, line)
    switch (name) {
      case '#EXT-X-VERSION':
        version ??= value
        return
      case '#EXT-X-TARGETDURATION':
        isAmbiguous ||= target !== null
        target ??= value
        return
      case '#EXT-X-DEFINE':
        need(8, name)
        return
      case '#EXT-X-SKIP':
        // The skipped part may have it.
        mayHaveMap = true
        need(9, name)
        return
      case '#EXTINF':
        addDuration(value, line)
        return
      case '#EXT-X-MAP':
        hasMap = true
        return
      case '#EXT-X-I-FRAMES-ONLY':
        isIFramesOnly = true
        need(4, name)
        return
      case '#EXT-X-BYTERANGE':
        need(4, name)
        return
      case '#EXT-X-KEY':
      case '#EXT-X-SESSION-KEY':
        addKey(name, attributes)
        return
      default:
        addVariantTag(name, attributes, line)
    }
  }

  function checkAttributes(name: string, attributes: Attributes, line: number): void {
    for (const [code, expected, received] of attributeFaults(name, attributes))
      flaws.add(code, `expected ${expected} in ${name.slice(1)} in line ${line}, received ${received}`)
  }

  function checkValue(name: string, value: string, line: number): void {
    const [pattern, expected] = values.get(name) ?? []
    if (!pattern || pattern.test(value) || hasVariable(value)) return
    const received = JSON.stringify(value.slice(0, 40))
    flaws.add(
      'playlist-value',
      `expected ${expected} in ${name.slice(1)} in line ${line}, received ${received}`,
    )
  }

  function addVariantTag(name: string, attributes: Attributes | null, line: number): void {
    if (name === '#EXT-X-STREAM-INF') {
      isMultivariant = true
      requireUri()
      pending = { kind: 'variant', line }
    } else if (name === '#EXT-X-I-FRAME-STREAM-INF') isMultivariant = true
    else if (name === '#EXT-X-MEDIA') {
      isMultivariant = true
      if (attributeOf(attributes, 'INSTREAM-ID')?.startsWith('SERVICE')) need(7, 'INSTREAM-ID of SERVICE')
    }
  }

  function addKey(name: string, attributes: Attributes | null): void {
    if (attributes?.has('IV')) need(2, `IV in ${name}`)
    if (attributes?.has('KEYFORMAT') || attributes?.has('KEYFORMATVERSIONS')) need(5, `KEYFORMAT in ${name}`)
  }

  function addDuration(value: string, line: number): void {
    requireUri()
    pending = { kind: 'segment', line }
    const [, decimal, fraction] = extinfDecimal.exec(value) ?? []
    if (decimal === undefined) return
    if (fraction !== undefined) need(3, 'EXTINF with a fraction')
    const duration = Number(decimal)
    if (longest === null || duration > longest.duration) longest = { duration, line }
  }

  function uri(found: string, line: number): void {
    isMedia = true
    contradictions.uri(found, line)
    const [path = ''] = found.split(/[?#]/, 1)
    if (pending === null && !isMultivariant) {
      const message = `expected #EXTINF before the URI in line ${line}, received none`
      flaws.add('playlist-segment-incomplete', message)
    }
    if (pending?.kind !== 'variant' && !isMultivariant && !hasMap && !mayHaveMap && fragmented.test(path)) {
      const message = `expected #EXT-X-MAP before the fragmented MP4 in line ${line}, received none`
      flaws.add('playlist-map-absent', message)
    }
    pending = null
  }

  /** The tag before asks for a URI, which has not come. */
  function requireUri(): void {
    if (pending === null) return
    const name = pending.kind === 'segment' ? '#EXTINF' : '#EXT-X-STREAM-INF'
    const code = pending.kind === 'segment' ? 'playlist-segment-incomplete' : 'playlist-attribute-absent'
    flaws.add(code, `expected a URI after ${name} in line ${pending.line}, received none`)
    pending = null
  }

  function need(least: number, what: string): void {
    if (!needs.some(({ version }) => version === least))
      needs.push({ version: least, what: what.replace('#', '') })
  }

  function all(): readonly ManifestFlaw[] {
    requireUri()
    contradictions.end()
    if (hasMap) need(isIFramesOnly ? 5 : 6, 'EXT-X-MAP')
    checkVersion()
    if (!isMultivariant) checkTarget()
    return flaws.all()
  }

  /** RFC 8216, 7: without EXT-X-VERSION it is 1. */
  function checkVersion(): void {
    if (version !== null && !/^\d{1,9}$/.test(version)) {
      const message = `expected a whole number in EXT-X-VERSION, received ${JSON.stringify(version.slice(0, 40))}`
      flaws.add('playlist-version-low', message)
      return
    }
    const highest = needs.reduce((most, one) => (one.version > most.version ? one : most), {
      version: 1,
      what: '',
    })
    if (Number(version ?? 1) >= highest.version) return
    const message = `expected EXT-X-VERSION ${highest.version} or higher because of ${highest.what}, received ${version ?? 'none'}`
    flaws.add('playlist-version-low', message)
  }

  function checkTarget(): void {
    if (!isMedia) {
      const message =
        'expected segments with EXT-X-TARGETDURATION, or variants with EXT-X-STREAM-INF, received a playlist that has neither'
      flaws.add('playlist-target-duration', message)
    } else if (target === null) {
      flaws.add(
        'playlist-target-duration',
        'expected EXT-X-TARGETDURATION in a media playlist, received none',
      )
    } else if (!/^\d{1,12}$/.test(target)) {
      const message = `expected whole seconds in EXT-X-TARGETDURATION, received ${JSON.stringify(target.slice(0, 40))}`
      flaws.add('playlist-target-duration', message)
    } else if (longest && !isAmbiguous && longest.duration > Number(target) + roundingSlack) {
      const message = `expected durations of up to ${target} s when rounded, as EXT-X-TARGETDURATION says, received ${longest.duration} s in line ${longest.line}`
      flaws.add('playlist-target-duration', message)
    }
  }
}
