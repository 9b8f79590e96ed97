import type { InspectionFault, MpdFacts, PeriodFacts, RepresentationFacts } from '../inspection.ts'
import { childrenOf, type Element, isElement, readXml } from '../xml/xml.ts'
import { parseDuration } from './attribute-values.ts'
import { baseOf, createParseBudget, type ParseBudget } from './mpd-budget.ts'
import { mpdFlawsOf } from './mpd-schema.ts'
import { type RepresentationElement, readRepresentation } from './representation.ts'
import { isRemote } from './segment-information.ts'

const maxRepresentations = 256

/** The facts of an MPD that was sent to a path below its stream; null with a fault when it is not an MPD. */
export function inspectMpd(
  text: string,
  path: string,
): { readonly mpd: MpdFacts | null; readonly faults: readonly InspectionFault[] } {
  const root = readXml(text)
  if (!isElement(root)) return { mpd: null, faults: [root] }
  if (root.name !== 'MPD') {
    return {
      mpd: null,
      faults: [malformed(`expected the root element MPD, received ${root.name.slice(0, 80)}`)],
    }
  }
  const { type } = root.attributes
  const isKnown = type === undefined || type === 'static' || type === 'dynamic'
  const faults = isKnown ? [] : [malformed(`expected type static or dynamic, received ${type.slice(0, 80)}`)]
  const budget = createParseBudget()
  const mpd = factsOf(budget, root, path)
  return { mpd, faults: budget.excess === null ? faults : [...faults, tooMany(budget.excess)] }
}

function factsOf(budget: ParseBudget, mpd: Element, path: string): MpdFacts {
  const { type, availabilityStartTime = null } = mpd.attributes
  const periods = childrenOf(mpd, 'Period')
  const representations = representationsOf(budget, mpd, path)
  return {
    type: type === 'static' || type === 'dynamic' ? type : null,
    availabilityStartTime: availabilityStartTime?.slice(0, 80) ?? null,
    periodStart: periods[0]?.attributes.start?.slice(0, 80) ?? null,
    periodCount: periods.length,
    ...(mpd.attributes.id === undefined ? {} : { id: mpd.attributes.id.slice(0, maxIdLength) }),
    ...periodsOf(periods),
    hasBaseUrl: hasBelow(mpd, 'BaseURL'),
    hasAbsoluteUrl: budget.hasAbsoluteUrl,
    leavesStream: budget.leavesStream,
    representations,
    truncated: budget.truncated,
    flaws: mpdFlawsOf(mpd, maxRepresentations),
  }
}

/** The newest Periods with an id of their own; what is in another file by xlink is not known. */
function periodsOf(periods: readonly Element[]): Pick<MpdFacts, 'periods'> {
  const ids = periods.map(({ attributes }) => attributes.id?.slice(0, maxIdLength))
  const counts = new Map<string | undefined, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  const named: PeriodFacts[] = []
  for (let at = periods.length - 1; at >= 0 && named.length < maxPeriods; at--) {
    const [period, id] = [periods[at], ids[at]]
    if (period && id !== undefined && counts.get(id) === 1) named.push(periodOf(period, id))
  }
  return named.length === 0 ? {} : { periods: named.reverse() }
}

function periodOf(period: Element, id: string): PeriodFacts {
  const start = parseDuration(period.attributes.start)
  const sets = isRemote(period)
    ? []
    : childrenOf(period, 'AdaptationSet').flatMap((set) => set.attributes.id ?? [])
  return {
    id,
    ...(start === null ? {} : { start }),
    ...(sets.length === 0 ? {} : { sets: sets.slice(0, maxSets).map((set) => set.slice(0, maxIdLength)) }),
  }
}

const maxIdLength = 80
const maxPeriods = 16
/** Further adaptation sets of a Period are not among its facts. */
export const maxSets = 16

function representationsOf(budget: ParseBudget, mpd: Element, path: string): RepresentationFacts[] {
  const elements = representationElements(budget, mpd, path)
  if (elements.length > maxRepresentations) {
    budget.truncated = true
    budget.excess = `${maxRepresentations} Representations`
  }
  return elements.slice(0, maxRepresentations).map((one) => readRepresentation(budget, one))
}

/** Nothing: what is in an element by xlink is in another file, and replaces what is written here. */
function remote(budget: ParseBudget): [] {
  budget.truncated = true
  return []
}

/** Every Representation in document order, with its surroundings. */
function representationElements(budget: ParseBudget, mpd: Element, path: string): RepresentationElement[] {
  const durations = periodDurations(mpd)
  const mpdBase = baseOf(budget, { path, isNamed: false }, mpd)
  return childrenOf(mpd, 'Period').flatMap((period, periodIndex) => {
    if (isRemote(period)) return remote(budget)
    const periodBase = baseOf(budget, mpdBase, period)
    const periodDuration = durations[periodIndex] ?? null
    return childrenOf(period, 'AdaptationSet').flatMap((set, setIndex) => {
      if (isRemote(set)) return remote(budget)
      const setBase = baseOf(budget, periodBase, set)
      return childrenOf(set, 'Representation').map((element) => {
        const base = baseOf(budget, setBase, element)
        return { period, periodIndex, periodDuration, set, setIndex, element, base }
      })
    })
  })
}

/** ISO/IEC 23009-1, 5.3.2.1: a period lasts its @duration, else to the next one's start, else to the end. */
function periodDurations(mpd: Element): (number | null)[] {
  const periods = childrenOf(mpd, 'Period').map(({ attributes }) => ({
    start: parseDuration(attributes.start),
    duration: parseDuration(attributes.duration),
  }))
  const end = parseDuration(mpd.attributes.mediaPresentationDuration)
  return periods.map(({ start, duration }, index) => {
    if (duration !== null) return duration
    const stop = index + 1 < periods.length ? (periods[index + 1]?.start ?? null) : end
    const begin = start ?? (index === 0 ? 0 : null)
    return stop === null || begin === null ? null : Math.max(0, stop - begin)
  })
}

const hasBelow = (element: Element, name: string): boolean =>
  element.children.has(name) ||
  [...element.children.values()].some((children) => children.some((child) => hasBelow(child, name)))

const malformed = (message: string): InspectionFault => ({ code: 'mpd-malformed', message })

const tooMany = (limit: string): InspectionFault => ({
  code: 'manifest-too-large',
  message: `expected at most ${limit}, more is beyond the limit of this server; those behind were not compared`,
})
