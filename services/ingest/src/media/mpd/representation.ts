import type { RepresentationFacts, TimelineRest, TimelineRun } from '../inspection.ts'
import { escapeDollars, fillTemplate, literalOf } from '../url-template.ts'
import { childOf, childrenOf, type Element } from '../xml/xml.ts'
import { parsePositive, parseUnsigned } from './attribute-values.ts'
import { type Base, maxListed, type ParseBudget, resolveUrl } from './mpd-budget.ts'
import { isRemote, type SegmentInformation, segmentInformationOf } from './segment-information.ts'
import { readTimeline } from './timeline.ts'

/** A Representation element with its surroundings. */
export interface RepresentationElement {
  readonly period: Element
  readonly periodIndex: number
  /** Seconds; null where the MPD leaves it open. */
  readonly periodDuration: number | null
  readonly set: Element
  readonly setIndex: number
  readonly element: Element
  readonly base: Base
}

/**
 * The facts of one Representation, charged to the budget of its MPD. An attribute that should be a number and
 * is none counts as absent: validation reports what breaks the schema, not this parser.
 */
export function readRepresentation(budget: ParseBudget, context: RepresentationElement): RepresentationFacts {
  const { period, set, element } = context
  const base = context.base.path
  const segments = segmentInformationOf([period, set, element])
  const id = truncate(element.attributes.id ?? '')
  const bandwidth = parseUnsigned(element.attributes.bandwidth)
  const timescale = parsePositive(segments.attributes.timescale) ?? 1
  const fill = (template: string) => filledPath(budget, base, fillTemplate(template, id, bandwidth))
  const { initialization = null, media = null } = segments.attributes
  const isTemplate = segments.addressing === 'template'

  return {
    id,
    period: context.periodIndex,
    periodId: truncate(period.attributes.id ?? null),
    periodSeconds: context.periodDuration,
    adaptationSet: truncate(set.attributes.id ?? String(context.setIndex)),
    codecs: truncate(element.attributes.codecs ?? set.attributes.codecs ?? null),
    mimeType: truncate(element.attributes.mimeType ?? set.attributes.mimeType ?? null),
    bandwidth,
    addressing: segments.addressing,
    timescale,
    initialization:
      isTemplate && initialization !== null
        ? asLiteral(fill(initialization))
        : initializationOf(budget, context.base, segments),
    media: isTemplate ? media && fill(media) : fileOf(context.base, segments),
    written: {
      initialization: truncate(isTemplate ? initialization : null),
      media: truncate(isTemplate ? media : null),
    },
    startNumber: parseUnsigned(segments.attributes.startNumber) ?? 1,
    duration: isTimed(segments.attributes.timescale) ? parsePositive(segments.attributes.duration) : null,
    ...timelineOf(budget, context, segments, timescale),
    segments: segments.addressing === 'list' ? listOf(budget, base, segments) : null,
  }
}

/** Without a readable timescale, which is a flaw of its own, a duration says nothing. */
const isTimed = (timescale: string | undefined): boolean =>
  timescale === undefined || parsePositive(timescale) !== null

/** Characters of a text in the facts, so that they stay small however large the MPD is. */
const maxFactLength = 256

function truncate<Text extends string | null>(text: Text): Text | string {
  return text === null ? text : text.slice(0, maxFactLength)
}

const asLiteral = (template: string | null): string | null => template && literalOf(template)

function filledPath(budget: ParseBudget, base: string | null, template: string | null): string | null {
  return template === null ? null : resolveUrl(budget, base && escapeDollars(base), template)
}

/** The path of the init segment. Without @sourceURL it is that of BaseURL, of which it is a range (ISO/IEC 23009-1, 5.3.9.2.2). */
function initializationOf(
  budget: ParseBudget,
  base: Base,
  { holderOf, addressing }: SegmentInformation,
): string | null {
  const holder = holderOf('Initialization')
  const initialization = holder && childOf(holder, 'Initialization')
  if (!initialization) return null
  const url = initialization.attributes.sourceURL
  if (url) return resolveUrl(budget, base.path, url)
  return addressing === 'list' && base.isNamed ? base.path : null
}

/** The single file of SegmentBase; without any BaseURL the base is the manifest itself, which is none. */
function fileOf({ path, isNamed }: Base, { addressing }: SegmentInformation): string | null {
  const isFile = addressing === 'file' && isNamed && path !== null && path !== '' && !path.endsWith('/')
  return isFile ? escapeDollars(path) : null
}

function timelineOf(
  budget: ParseBudget,
  { periodDuration }: RepresentationElement,
  segments: SegmentInformation,
  timescale: number,
): Pick<RepresentationFacts, 'timeline' | 'timelineRest'> {
  const holder = segments.holderOf('SegmentTimeline')
  const timeline = holder && childOf(holder, 'SegmentTimeline')
  if (!timeline) return { timeline: null }

  const offset = parseUnsigned(segments.attributes.presentationTimeOffset) ?? 0
  const periodEnd = periodDuration === null ? null : offset + Math.round(periodDuration * timescale)
  const entries = childrenOf(timeline, 'S')
  const examined = entries.slice(0, budget.entriesLeft)
  const runs = readTimeline(examined, periodEnd)
  const kept = runs.slice(0, budget.runsLeft)
  if (examined.length < entries.length || kept.length < runs.length) budget.truncated = true
  budget.entriesLeft -= examined.length
  budget.runsLeft -= kept.length
  if (kept.length === runs.length) return { timeline: kept }
  return { timeline: kept, timelineRest: restOf(runs.slice(kept.length)) }
}

function restOf(runs: readonly TimelineRun[]): TimelineRest {
  let [count, duration] = [0, 0]
  for (const run of runs) {
    count += run.count ?? 0
    duration += run.d * (run.count ?? 0)
  }
  return { count, duration }
}

/** Null where the list is in another file. */
function listOf(
  budget: ParseBudget,
  base: string | null,
  segments: SegmentInformation,
): (string | null)[] | null {
  if (isRemote(segments)) {
    budget.truncated = true
    return null
  }
  const list = segments.holderOf('SegmentURL')
  const paths: (string | null)[] = []
  for (const { attributes } of list ? childrenOf(list, 'SegmentURL') : []) {
    if (budget.segmentsLeft <= 0 || budget.charactersLeft <= 0) {
      budget.truncated = true
      budget.excess ??= `${maxListed} SegmentURLs of all representations together`
      break
    }
    const path = resolveUrl(budget, base, attributes.media ?? '')
    budget.segmentsLeft -= 1
    budget.charactersLeft -= path?.length ?? 0
    paths.push(path)
  }
  return paths
}
