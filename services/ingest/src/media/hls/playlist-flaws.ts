import type { ManifestFlaw } from '../inspection.ts'
import { createFlaws } from '../manifest-flaws.ts'

/** Notices, line by line, what a playlist lacks or has wrongly by RFC 8216. */
export interface PlaylistFlaws {
  tag(name: string, value: string, line: number): void
  uri(uri: string, line: number): void
  /** What was found in all lines. */
  all(): readonly ManifestFlaw[]
}

/** Extensions of segments that are fragmented MP4, which need EXT-X-MAP (3.3). */
const fragmented = /\.(m4s|mp4|cmf[vatm]|m4v|m4a|fmp4)$/i

/** Tags that tell no media playlist from a multivariant one (4.3.1, 4.3.4.4, 4.3.5), and those of none. */
const tagsOfBoth = new Set(
  '#EXTM3U #EXT-X-VERSION #EXT-X-INDEPENDENT-SEGMENTS #EXT-X-START #EXT-X-SESSION-DATA #EXT-X-SESSION-KEY #EXT-X-DEFINE #EXT-X-CONTENT-STEERING'.split(
    ' ',
  ),
)

/** A duration of half a second over the target rounds either way. */
const roundingSlack = 0.500_001

/** `attributeOf` reads one attribute of a tag's list. */
export function createPlaylistFlaws(
  attributeOf: (list: string, name: string) => string | null,
): PlaylistFlaws {
  const flaws = createFlaws()
  const needs: { version: number; what: string }[] = []
  let version: string | null = null
  let target: string | null = null
  let isMultivariant = false
  let isMedia = false
  let isIFramesOnly = false
  /** More than one target duration, which is a fault of its own. */
  let isAmbiguous = false
  let hasMap = false
  let pending: { kind: 'segment' | 'variant'; line: number } | null = null
  let longest: { duration: number; line: number } | null = null
  return { tag, uri, all }

  function tag(name: string, value: string, line: number): void {
    isMedia ||= !tagsOfBoth.has(name)
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
        need(9, name)
        return
      case '#EXTINF':
        addDuration(value, line)
        return
      case '#EXT-X-MAP':
        hasMap = true
        requireAttributes(name, value, ['URI'], line)
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
        addKey(name, value, line)
        return
      default:
        addVariantTag(name, value, line)
    }
  }

  function addVariantTag(name: string, value: string, line: number): void {
    if (name === '#EXT-X-STREAM-INF') {
      isMultivariant = true
      requireUri()
      pending = { kind: 'variant', line }
      requireAttributes(name, value, ['BANDWIDTH'], line)
    } else if (name === '#EXT-X-I-FRAME-STREAM-INF') {
      isMultivariant = true
      requireAttributes(name, value, ['BANDWIDTH', 'URI'], line)
    } else if (name === '#EXT-X-MEDIA') {
      isMultivariant = true
      const type = attributeOf(value, 'TYPE')
      const own = type === 'CLOSED-CAPTIONS' ? ['INSTREAM-ID'] : type === 'SUBTITLES' ? ['URI'] : []
      requireAttributes(name, value, ['TYPE', 'GROUP-ID', 'NAME', ...own], line)
      if (/^SERVICE/.test(attributeOf(value, 'INSTREAM-ID') ?? '')) need(7, 'INSTREAM-ID of SERVICE')
    }
  }

  function addKey(name: string, value: string, line: number): void {
    const method = attributeOf(value, 'METHOD')
    requireAttributes(name, value, method === 'NONE' ? ['METHOD'] : ['METHOD', 'URI'], line)
    if (attributeOf(value, 'IV') !== null) need(2, `IV in ${name}`)
    const isFormatted = attributeOf(value, 'KEYFORMAT') ?? attributeOf(value, 'KEYFORMATVERSIONS')
    if (isFormatted !== null) need(5, `KEYFORMAT in ${name}`)
  }

  function addDuration(value: string, line: number): void {
    requireUri()
    pending = { kind: 'segment', line }
    const [, decimal, fraction] = /^(\d{1,12}(\.\d{0,20})?)\s*(?:,|$)/.exec(value) ?? []
    if (decimal === undefined) return
    if (fraction !== undefined) need(3, 'EXTINF with a fraction')
    const duration = Number(decimal)
    if (longest === null || duration > longest.duration) longest = { duration, line }
  }

  function uri(found: string, line: number): void {
    isMedia = true
    const [path = ''] = found.split(/[?#]/, 1)
    if (pending === null && !isMultivariant) {
      const message = `expected #EXTINF before the URI in line ${line}, received none`
      flaws.add('playlist-segment-incomplete', message)
    }
    if (pending?.kind !== 'variant' && !isMultivariant && !hasMap && fragmented.test(path)) {
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

  function requireAttributes(name: string, value: string, wanted: readonly string[], line: number): void {
    for (const attribute of wanted) {
      const found = attributeOf(value, attribute)
      const isNumber = attribute !== 'BANDWIDTH' || found === null || /^\d{1,20}$/.test(found)
      if (found !== null && isNumber) continue
      const what = isNumber ? attribute : `a whole number of ${attribute}`
      const received = found === null ? 'none' : JSON.stringify(found.slice(0, 40))
      const message = `expected ${what} in ${name.slice(1)} in line ${line}, received ${received}`
      flaws.add('playlist-attribute-absent', message)
    }
  }

  function need(least: number, what: string): void {
    if (!needs.some(({ version }) => version === least))
      needs.push({ version: least, what: what.replace('#', '') })
  }

  function all(): readonly ManifestFlaw[] {
    requireUri()
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
