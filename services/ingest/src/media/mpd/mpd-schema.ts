import type { ManifestFlaw } from '../inspection.ts'
import { createFlaws, type Flaws } from '../manifest-flaws.ts'
import { strayDollarIn } from '../url-template.ts'
import { childrenOf, type Element } from '../xml/xml.ts'
import {
  isDateTime,
  isFrameRate,
  isInteger,
  parseDuration,
  parsePositive,
  parseUnsigned,
} from './attribute-values.ts'
import { checkElement, checkPresentation } from './mpd-contradictions.ts'
import { closestName, mpdAttributes, mpdElements } from './mpd-names.ts'
import { isRemote, segmentInformationOf } from './segment-information.ts'

const namespace = 'urn:mpeg:dash:schema:mpd:2011'

/** A document may hold this many different unknown names before the others are not looked up. */
const maxLookUps = 64

/**
 * What an MPD lacks or has wrongly by the schema and the text of ISO/IEC 23009-1, 5.3. What a period, an
 * adaptation set or a list leaves to another file (xlink) is not known, and so not missing.
 */
export function mpdFlawsOf(mpd: Element, maxRepresentations: number): readonly ManifestFlaw[] {
  const flaws = createFlaws()
  checkNamespace(flaws, mpd)
  checkRoot(flaws, mpd)
  checkPresentation(flaws, mpd)
  checkPeriods(flaws, mpd, maxRepresentations)
  checkNamesAndValues(flaws, mpd)
  return flaws.all()
}

function checkNamespace(flaws: Flaws, { prefix, attributes }: Element): void {
  const found = attributes[prefix === undefined ? 'xmlns' : `xmlns:${prefix}`]
  if (found === namespace) return
  flaws.add('mpd-namespace', `expected the namespace ${namespace}, received ${found?.slice(0, 80) ?? 'none'}`)
}

function checkRoot(flaws: Flaws, mpd: Element): void {
  const { type, profiles, minBufferTime, availabilityStartTime, publishTime } = mpd.attributes
  if (profiles === undefined) flaws.add('mpd-incomplete', 'expected MPD@profiles, received none')
  if (minBufferTime === undefined) flaws.add('mpd-incomplete', 'expected MPD@minBufferTime, received none')
  if (type === 'dynamic' && availabilityStartTime === undefined)
    flaws.add('mpd-incomplete', 'expected MPD@availabilityStartTime of a dynamic MPD, received none')
  if (type === 'dynamic' && publishTime === undefined)
    flaws.add('mpd-dynamic-incomplete', 'expected MPD@publishTime of a dynamic MPD, received none')
  if (childrenOf(mpd, 'Period').length === 0)
    flaws.add('mpd-incomplete', 'expected a Period in the MPD, received none')
}

function checkPeriods(flaws: Flaws, mpd: Element, maxRepresentations: number): void {
  const periods = childrenOf(mpd, 'Period')
  const isFilled = (period: Element) => period.children.has('AdaptationSet')
  // The next period of a live MPD may be there before its content is known.
  const mayBeEmpty = mpd.attributes.type === 'dynamic' && periods.some(isFilled)
  let left = maxRepresentations
  for (const [index, period] of periods.entries()) {
    if (isRemote(period)) continue
    const where = `Period ${nameOf(period, index)}`
    if (mpd.attributes.type === 'dynamic' && period.attributes.id === undefined)
      flaws.add('mpd-incomplete', `expected @id in ${where} of a dynamic MPD, received none`)
    const mayWait = once(() => mayFollow(mpd, period))
    const isOver = parseDuration(period.attributes.duration) === 0
    if (!isFilled(period) && !isOver && !mayBeEmpty && !period.children.has('EmptyAdaptationSet'))
      flaws.add('mpd-incomplete', `expected an AdaptationSet in ${where}, received none`)
    for (const [setIndex, set] of childrenOf(period, 'AdaptationSet').entries()) {
      if (isRemote(set)) continue
      const representations = childrenOf(set, 'Representation')
      if (representations.length === 0) {
        const message = `expected a Representation in AdaptationSet ${nameOf(set, setIndex)} of ${where}, received none`
        flaws.add('mpd-incomplete', message)
      }
      for (const [at, representation] of representations.slice(0, Math.max(0, left)).entries())
        checkRepresentation(flaws, [mpd, period, set, representation], at, mayWait)
      left -= representations.length
    }
  }
}

function once(ask: () => boolean): () => boolean {
  let known: boolean | null = null
  return () => {
    known ??= ask()
    return known
  }
}

/** The id of an element, else its place, from 0. */
const nameOf = ({ attributes }: Element, index: number): string =>
  (attributes.id ?? String(index)).slice(0, 80)

type Levels = readonly [mpd: Element, period: Element, set: Element, representation: Element]

/** Segment information is looked for where it is inherited from: AdaptationSet and Period (5.3.9.1). */
function checkRepresentation(flaws: Flaws, levels: Levels, index: number, mayWait: () => boolean): void {
  const [, period, set, element] = levels
  const where = `Representation ${nameOf(element, index)}`
  for (const name of ['id', 'bandwidth'] as const) {
    if (element.attributes[name] !== undefined) continue
    flaws.add('mpd-incomplete', `expected @${name} in ${where}, received none`)
  }
  if ([element, set].every(hasNoType))
    flaws.add('mpd-incomplete', `expected @mimeType in ${where} or its AdaptationSet, received none`)
  const { addressing, attributes, isNamed, holderOf } = segmentInformationOf([period, set, element])
  if (attributes.duration !== undefined && holderOf('SegmentTimeline') !== null)
    flaws.add(
      'mpd-timeline-and-duration',
      `expected @duration or SegmentTimeline for ${where}, received both`,
    )
  const hasBaseUrl = levels.some(({ children }) => children.has('BaseURL'))
  if (!isNamed && !hasBaseUrl) {
    const expected = 'expected SegmentTemplate, SegmentList or BaseURL'
    flaws.add('mpd-incomplete', `${expected} for ${where}, received none`)
  }
  if (addressing !== 'template') return
  if (attributes.media === undefined && !hasBaseUrl)
    flaws.add('mpd-incomplete', `expected SegmentTemplate@media for ${where}, received none`)
  const isSeveral = /\$(Number|Time)(%0\d+d)?\$/.test(attributes.media ?? '')
  if (!isSeveral || isTimed([period, set, element]) || mayWait()) return
  const expected = 'expected @duration or SegmentTimeline in the SegmentTemplate'
  flaws.add('mpd-incomplete', `${expected} for ${where}, received neither`)
}

/** 5.3.7.2; what InitializationSet says counts for the sets that refer to it. */
const hasNoType = ({ attributes }: Element): boolean =>
  attributes.mimeType === undefined && attributes.initializationSetRef === undefined

function isTimed(levels: readonly Element[]): boolean {
  const { attributes, holderOf } = segmentInformationOf(levels)
  return attributes.duration !== undefined || holderOf('SegmentTimeline') !== null
}

/** Whether a representation of a period may have no segment yet: the MPD is to be updated, and another one has. */
function mayFollow(mpd: Element, period: Element): boolean {
  if (mpd.attributes.type !== 'dynamic' || mpd.attributes.minimumUpdatePeriod === undefined) return false
  return childrenOf(period, 'AdaptationSet').some((set) =>
    childrenOf(set, 'Representation').some((element) => isTimed([period, set, element])),
  )
}

/** Elements whose content may be of any other schema. */
const open = new Set(
  'ContentProtection Event EssentialProperty SupplementalProperty UTCTiming Role Accessibility Rating Viewpoint AssetIdentifier'.split(
    ' ',
  ),
)

function checkNamesAndValues(flaws: Flaws, mpd: Element): void {
  const names = { attribute: createLookUp(mpdAttributes), element: createLookUp(mpdElements) }
  const longest = parseDuration(mpd.attributes.maxSegmentDuration)
  const left: Element[] = [mpd]
  for (let element = left.pop(); element; element = left.pop()) {
    const { name, attributes } = element
    for (const attribute in attributes) {
      const meant = attribute.includes(':') || attribute === 'xmlns' ? null : names.attribute(attribute)
      if (meant)
        flaws.add('mpd-name-unknown', `expected @${meant} in ${name}, received @${attribute.slice(0, 48)}`)
    }
    checkValues(flaws, element)
    checkElement(flaws, element, longest)
    if (open.has(name)) continue
    for (const [child, elements] of element.children) {
      const [first] = elements
      const own = elements.filter(({ prefix, attributes }) => prefix === mpd.prefix && !isForeign(attributes))
      const meant = own.length > 0 && first ? names.element(child) : null
      if (meant)
        flaws.add(
          'mpd-name-unknown',
          `expected ${meant} in ${name}, received the element ${child.slice(0, 48)}`,
        )
      for (const one of own) left.push(one)
    }
  }
}

const isForeign = ({ xmlns }: Element['attributes']): boolean => xmlns !== undefined && xmlns !== namespace

/** What an unknown name is meant to be; null for a known one and for one that is like none. */
function createLookUp(known: ReadonlySet<string>): (name: string) => string | null {
  const found = new Map<string, string | null>()
  return (name) => {
    if (known.has(name)) return null
    const before = found.get(name)
    if (before !== undefined || found.size >= maxLookUps) return before ?? null
    const meant = closestName(name, known)
    found.set(name, meant)
    return meant
  }
}

type Check = readonly [attribute: string, isValid: (text: string) => boolean, expected: string]

const unsigned = (...names: string[]): Check[] =>
  names.map((name) => [name, (text) => parseUnsigned(text) !== null, 'a whole number'])
const durations = (...names: string[]): Check[] =>
  names.map((name) => [name, (text) => parseDuration(text) !== null, 'a duration such as PT4S'])
const times = (...names: string[]): Check[] =>
  names.map((name) => [name, isDateTime, 'a time such as 2026-01-31T12:00:00Z'])

const timescale: Check = ['timescale', (text) => parsePositive(text) !== null, 'a whole number above 0']
const segments: readonly Check[] = [
  timescale,
  ...unsigned('presentationTimeOffset', 'duration', 'startNumber', 'endNumber'),
]

const templates: readonly Check[] = ['initialization', 'media', 'index', 'bitstreamSwitching'].map((name) => [
  name,
  (text) => strayDollarIn(text) === null,
  'only identifiers such as $Number$ between dollars',
])

const frameRates = (...names: string[]): Check[] =>
  names.map((name) => [name, isFrameRate, 'a frame rate such as 25 or 30000/1001'])

const checks: ReadonlyMap<string, readonly Check[]> = new Map<string, readonly Check[]>([
  [
    'MPD',
    [
      ...times('availabilityStartTime', 'availabilityEndTime', 'publishTime'),
      ...durations(
        'mediaPresentationDuration',
        'minimumUpdatePeriod',
        'minBufferTime',
        'timeShiftBufferDepth',
      ),
      ...durations('suggestedPresentationDelay', 'maxSegmentDuration', 'maxSubsegmentDuration'),
    ],
  ],
  ['Period', durations('start', 'duration')],
  [
    'AdaptationSet',
    [...unsigned('width', 'height', 'group'), ...frameRates('frameRate', 'minFrameRate', 'maxFrameRate')],
  ],
  [
    'Representation',
    [
      ...unsigned('bandwidth', 'width', 'height', 'qualityRanking'),
      ...frameRates('frameRate'),
      ['id', (text) => !/\s/.test(text), 'no space'],
    ],
  ],
  ['EventStream', [timescale]],
  ['SegmentTemplate', [...segments, ...templates]],
  ['SegmentList', segments],
  ['SegmentBase', segments.filter(([name]) => name !== 'duration')],
  ['S', [...unsigned('t', 'd', 'n', 'k'), ['r', isInteger, 'a whole number']]],
])

function checkValues(flaws: Flaws, { name, attributes }: Element): void {
  // @p names a Pattern, which has the durations.
  if (name === 'S' && attributes.d === undefined && attributes.p === undefined)
    flaws.add('mpd-incomplete', 'expected S@d in the SegmentTimeline, received none')
  for (const [attribute, isValid, expected] of checks.get(name) ?? []) {
    const text = attributes[attribute]
    if (text === undefined || isValid(text)) continue
    flaws.add(
      'mpd-value',
      `expected ${expected} in ${name}@${attribute}, received ${JSON.stringify(text.slice(0, 40))}`,
    )
  }
}
