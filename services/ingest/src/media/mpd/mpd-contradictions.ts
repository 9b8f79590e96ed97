import type { Flaws } from '../manifest-flaws.ts'
import { childrenOf, type Element } from '../xml/xml.ts'
import { isInteger, parseDateTime, parseDuration, parsePositive, parseUnsigned } from './attribute-values.ts'
import { isRemote } from './segment-information.ts'

/**
 * What an MPD says of its times that its other times exclude, and ids that stand for two things
 * (ISO/IEC 23009-1, 5.3.1.2, 5.3.2, 5.3.3.2 and 5.3.5.2).
 */
export function checkPresentation(flaws: Flaws, mpd: Element): void {
  checkEnd(flaws, mpd)
  checkPeriodStarts(flaws, mpd)
  const periods = childrenOf(mpd, 'Period')
  checkIds(flaws, 'Period', periods)
  for (const period of periods) {
    const sets = childrenOf(period, 'AdaptationSet')
    checkIds(flaws, 'AdaptationSet', sets)
    checkRepresentationIds(flaws, sets)
  }
}

/** Where an MPD ends: a static one says so, and is not updated. */
function checkEnd(flaws: Flaws, mpd: Element): void {
  const { type, minimumUpdatePeriod, mediaPresentationDuration, availabilityStartTime, availabilityEndTime } =
    mpd.attributes
  const last = childrenOf(mpd, 'Period').at(-1)
  const isOpen = mediaPresentationDuration === undefined && minimumUpdatePeriod === undefined
  if (isOpen && last && !isRemote(last) && last.attributes.duration === undefined) {
    const others = type === 'dynamic' ? '@minimumUpdatePeriod or @duration' : '@duration'
    const message = `expected MPD@mediaPresentationDuration, as there is no ${others} of the last Period, received none`
    flaws.add(type === 'dynamic' ? 'mpd-dynamic-incomplete' : 'mpd-incomplete', message)
  }
  if (type !== 'dynamic' && minimumUpdatePeriod !== undefined)
    flaws.add('mpd-contradiction', 'expected no @minimumUpdatePeriod in a static MPD, received one')
  const isOver = parseDateTime(availabilityEndTime ?? '') < parseDateTime(availabilityStartTime ?? '')
  if (isOver) {
    const message = `expected MPD@availabilityEndTime behind @availabilityStartTime, received ${availabilityEndTime?.slice(0, 40)} and ${availabilityStartTime?.slice(0, 40)}`
    flaws.add('mpd-contradiction', message)
  }
}

/** 5.3.2.1: a first period of a dynamic MPD without @start has not begun; periods stand in the order of their starts. */
function checkPeriodStarts(flaws: Flaws, mpd: Element): void {
  const periods = childrenOf(mpd, 'Period')
  const [first] = periods
  if (mpd.attributes.type === 'dynamic' && first && !isRemote(first) && first.attributes.start === undefined)
    flaws.add(
      'mpd-start-unknown',
      'expected @start in the first Period of a dynamic MPD, which has not begun without; received none',
    )
  let latest = 0
  for (const { attributes } of periods) {
    const start = parseDuration(attributes.start)
    if (start === null) continue
    if (start < latest) {
      const message = `expected Periods in the order of their @start, received ${attributes.start?.slice(0, 40)} behind a later one`
      flaws.add('mpd-contradiction', message)
    }
    latest = Math.max(latest, start)
  }
}

function checkIds(flaws: Flaws, name: string, elements: readonly Element[]): void {
  const known = new Set<string>()
  for (const { attributes } of elements) {
    const { id } = attributes
    if (id === undefined) continue
    if (known.has(id))
      flaws.add(
        'mpd-contradiction',
        `expected an id of its own for each ${name}, received ${id.slice(0, 40)} twice`,
      )
    known.add(id)
  }
}

/** 5.3.5.2: two representations of a period have one id only if they are the same in every respect. */
function checkRepresentationIds(flaws: Flaws, sets: readonly Element[]): void {
  const known = new Map<string, string>()
  for (const set of sets) {
    for (const { attributes } of childrenOf(set, 'Representation')) {
      const { id } = attributes
      if (id === undefined) continue
      const properties = JSON.stringify(distinctive.map((name) => attributes[name] ?? set.attributes[name]))
      const other = known.get(id)
      if (other !== undefined && other !== properties) {
        const message = `expected an id of its own for each Representation of a Period, received ${id.slice(0, 40)} for two that differ`
        flaws.add('mpd-contradiction', message)
      }
      known.set(id, properties)
    }
  }
}

const distinctive = ['bandwidth', 'codecs', 'mimeType', 'width', 'height', 'audioSamplingRate', 'lang']

/** Elements that a descriptor's scheme makes sense of (5.8.2, 5.10.2.2). */
const descriptors = new Set(
  'EssentialProperty SupplementalProperty UTCTiming Role Accessibility Rating Viewpoint AssetIdentifier ContentProtection AudioChannelConfiguration FramePacking EventStream InbandEventStream'.split(
    ' ',
  ),
)

/** What one element lacks, or has beside something that excludes it. `longest`: MPD@maxSegmentDuration in seconds. */
export function checkElement(flaws: Flaws, element: Element, longest: number | null): void {
  const { name, attributes, children } = element
  if (descriptors.has(name) && attributes.schemeIdUri === undefined && !isReference(element))
    flaws.add('mpd-incomplete', `expected ${name}@schemeIdUri, received none`)
  if (holders.has(name)) {
    const kinds = segmentKinds.filter((kind) => children.has(kind))
    if (kinds.length > 1)
      flaws.add(
        'mpd-contradiction',
        `expected one kind of segment information in ${name}, received ${kinds.join(' and ')}`,
      )
  }
  if (name === 'SegmentTemplate') checkTemplate(flaws, attributes)
  for (const timeline of childrenOf(element, 'SegmentTimeline'))
    checkTimeline(flaws, childrenOf(timeline, 'S'), longestUnits(attributes, longest))
}

/** A ContentProtection with @ref takes its scheme from the one that it refers to. */
const isReference = (element: Element): boolean => isRemote(element) || element.attributes.ref !== undefined

const holders = new Set(['Period', 'AdaptationSet', 'Representation'])
const segmentKinds = ['SegmentBase', 'SegmentList', 'SegmentTemplate'] as const

/** 5.3.9.4.4: a segment has a number or a time; what is one file for all segments has neither. */
function checkTemplate(flaws: Flaws, { media = '', initialization, bitstreamSwitching }: Attributes): void {
  const [hasNumber, hasTime] = [/\$Number(%0\d+d)?\$/, /\$Time(%0\d+d)?\$/].map((one) => one.test(media))
  if (hasNumber && hasTime) {
    const message = `expected $Number$ or $Time$ in SegmentTemplate@media, received both in ${media.slice(0, 60)}`
    flaws.add('mpd-contradiction', message)
  }
  for (const [name, template] of Object.entries({ initialization, bitstreamSwitching })) {
    if (!/\$(Number|SubNumber|Time)(%0\d+d)?\$/.test(template ?? '')) continue
    const message = `expected no $Number$ and no $Time$ in SegmentTemplate@${name}, received ${template?.slice(0, 60)}`
    flaws.add('mpd-value', message)
  }
}

type Attributes = Element['attributes']

/** Null where the timescale stands on another level. */
function longestUnits({ timescale }: Attributes, longest: number | null): number | null {
  const units = parsePositive(timescale)
  // Writers round seconds to tenths.
  return longest === null || units === null ? null : (longest + 0.1) * units
}

/** 5.3.9.6.2: segments do not overlap, and none is longer than MPD@maxSegmentDuration. */
function checkTimeline(flaws: Flaws, entries: readonly Element[], longest: number | null): void {
  let end: number | null = 0
  let rounding = 0
  for (const { attributes } of entries) {
    const [t, d] = [parseUnsigned(attributes.t), parseUnsigned(attributes.d)]
    if (t !== null && end !== null && t < end - Math.max(rounding, inexact(end))) {
      const message = `expected segments that follow each other in SegmentTimeline, received one at ${t} where the one before ends at ${end}`
      flaws.add('mpd-contradiction', message)
    }
    if (d !== null && longest !== null && d > longest) {
      const message = `expected S@d within MPD@maxSegmentDuration, received ${d}`
      flaws.add('mpd-contradiction', message)
    }
    const start: number | null = t ?? end
    const repeats = repeatsOf(attributes.r)
    rounding = (d ?? 0) * maxRounding
    end = start === null || d === null || repeats === null ? null : start + d * (repeats + 1)
  }
}

/** The share of a segment's duration by which times may be rounded: sound that is cut where pictures are is rounded to its frames. */
const maxRounding = 0.02

/** Null where a run lasts as long as it may. */
function repeatsOf(text: string | undefined): number | null {
  if (text === undefined) return 0
  return isInteger(text) && Number(text) >= 0 ? Number(text) : null
}

/** Beyond 2^53 times lose precision. */
const inexact = (time: number): number => (time > Number.MAX_SAFE_INTEGER ? 2 ** 12 : 0)
