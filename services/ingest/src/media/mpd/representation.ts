import type { RepresentationFacts } from '../inspection.ts'
import { escapeDollars, fillTemplate, literalOf } from '../url-template.ts'
import { childOf, childrenOf, type Element } from '../xml/xml.ts'
import { type Base, type ParseBudget, resolve } from './mpd-budget.ts'
import { positive, unsigned } from './numbers.ts'
import { type SegmentInformation, segmentInformationOf } from './segment-information.ts'
import { readTimeline } from './timeline.ts'

/** A Representation with what surrounds it. */
export interface Placed {
  readonly period: Element
  readonly periodIndex: number
  /** Seconds; null when the MPD does not tell. */
  readonly periodDuration: number | null
  readonly set: Element
  readonly setIndex: number
  readonly representation: Element
  readonly base: Base
}

/** Numbers that are not numbers count as absent: the schema is the judge's business, not the reader's. */
export function readRepresentation(reading: ParseBudget, placed: Placed): RepresentationFacts {
  const { period, set, representation } = placed
  const base = placed.base.path
  const segments = segmentInformationOf([period, set, representation])
  const id = cut(representation.attributes.id ?? '')
  const bandwidth = unsigned(representation.attributes.bandwidth)
  const timescale = positive(segments.attributes.timescale) ?? 1
  const fill = (template: string) => filledPath(reading, base, fillTemplate(template, id, bandwidth))
  const { initialization = null, media = null } = segments.attributes
  const isTemplate = segments.addressing === 'template'

  return {
    id,
    period: placed.periodIndex,
    periodSeconds: placed.periodDuration,
    adaptationSet: cut(set.attributes.id ?? String(placed.setIndex)),
    codecs: cut(representation.attributes.codecs ?? set.attributes.codecs ?? null),
    mimeType: cut(representation.attributes.mimeType ?? set.attributes.mimeType ?? null),
    bandwidth,
    addressing: segments.addressing,
    timescale,
    initialization:
      isTemplate && initialization !== null
        ? asLiteral(fill(initialization))
        : initializationOf(reading, base, segments),
    media: isTemplate ? media && fill(media) : fileOf(placed.base, segments),
    written: {
      initialization: cut(isTemplate ? initialization : null),
      media: cut(isTemplate ? media : null),
    },
    startNumber: unsigned(segments.attributes.startNumber) ?? 1,
    duration: positive(segments.attributes.duration),
    timeline: timelineOf(reading, placed, segments, timescale),
    segments: segments.addressing === 'list' ? listOf(reading, base, segments) : null,
  }
}

/** No fact is longer than this, so that facts stay small whatever the MPD's size. */
function cut<Text extends string | null>(text: Text): Text | string {
  return text === null ? text : text.slice(0, 256)
}

const asLiteral = (template: string | null): string | null => template && literalOf(template)

function filledPath(reading: ParseBudget, base: string | null, template: string | null): string | null {
  return template === null ? null : resolve(reading, base && escapeDollars(base), template)
}

function initializationOf(
  reading: ParseBudget,
  base: string | null,
  segments: SegmentInformation,
): string | null {
  const holder = segments.holderOf('Initialization')
  const url = holder && childOf(holder, 'Initialization')?.attributes.sourceURL
  return url ? resolve(reading, base, url) : null
}

/** Without any BaseURL there is no file, only the manifest itself. */
function fileOf({ path, isNamed }: Base, { addressing }: SegmentInformation): string | null {
  const isFile = addressing === 'file' && isNamed && path !== null && path !== '' && !path.endsWith('/')
  return isFile ? escapeDollars(path) : null
}

function timelineOf(
  reading: ParseBudget,
  { periodDuration }: Placed,
  segments: SegmentInformation,
  timescale: number,
) {
  const holder = segments.holderOf('SegmentTimeline')
  const timeline = holder && childOf(holder, 'SegmentTimeline')
  if (!timeline) return null

  const offset = unsigned(segments.attributes.presentationTimeOffset) ?? 0
  const periodEnd = periodDuration === null ? null : offset + Math.round(periodDuration * timescale)
  const entries = childrenOf(timeline, 'S')
  const looked = entries.slice(0, reading.entriesLeft)
  const runs = readTimeline(looked, periodEnd)
  const kept = runs.slice(0, reading.runsLeft)
  if (looked.length < entries.length || kept.length < runs.length) reading.truncated = true
  reading.entriesLeft -= looked.length
  reading.runsLeft -= kept.length
  return kept
}

function listOf(reading: ParseBudget, base: string | null, segments: SegmentInformation): (string | null)[] {
  const list = segments.holderOf('SegmentURL')
  const paths: (string | null)[] = []
  for (const { attributes } of list ? childrenOf(list, 'SegmentURL') : []) {
    if (reading.segmentsLeft <= 0 || reading.charactersLeft <= 0) {
      reading.truncated = true
      break
    }
    const path = resolve(reading, base, attributes.media ?? '')
    reading.segmentsLeft -= 1
    reading.charactersLeft -= path?.length ?? 0
    paths.push(path)
  }
  return paths
}
