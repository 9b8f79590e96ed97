import { printable } from '@pushav/shared/lib/printable.ts'
import type { ManifestFlaw, MpdFacts, RepresentationFacts } from '../../media/inspection.ts'
import { parseDateTime } from '../../media/mpd/attribute-values.ts'
import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { isRepeat } from '../request-findings.ts'

/**
 * Findings on a manifest alone, beside those `found`: from its own standard, and from DASH-IF Ingest 6.2 and 7.1
 * to 7.3; those of DASH-IF on MPDs apply to cmaf-ingest only.
 */
export function checkManifestRecommendations(
  context: Context,
  found: readonly Finding[],
): readonly Finding[] {
  const { inspection, stream } = context
  const facts = inspection?.mpd ?? inspection?.playlist
  if (!facts) return []
  const findings = isRepeat(context) ? [] : [...flawFindings(context, facts.flaws, found)]
  if (facts.hasAbsoluteUrl) {
    findings.push(
      finding('manifest-url-absolute', 'expected relative URLs in the manifest, received an absolute one'),
    )
  }
  if (facts.leavesStream) {
    const message = 'expected URLs below the publishing point, received one that leads out of it'
    findings.push(finding('manifest-url-outside', message))
  }
  if (!inspection?.mpd || stream.interface !== 'cmaf-ingest') return findings
  return [...findings, ...checkMpd(inspection.mpd)]
}

/**
 * What the manifest lacks or has wrongly by its own standard. What a finding of Matter says already is not said
 * again: a playlist of nothing in the place of the multivariant one, segments without EXTINF, EXTINF alone. The cameras of
 * Matter keep @duration where they add a SegmentTimeline (11.7.1.8.1).
 */
function flawFindings(
  { name, inspection }: Context,
  flaws: readonly ManifestFlaw[],
  found: readonly Finding[],
): readonly Finding[] {
  if (name.kind === 'multivariant' && inspection?.playlist?.kind === 'media') return []
  const isKnown = found.some(({ code }) => code === 'hls-final-no-extinf' || code === 'hls-final-no-segments')
  return flaws
    .filter(({ code }) => !(isKnown && code === 'playlist-segment-incomplete'))
    .filter(({ code }) => !(name.isMatter && code === 'mpd-timeline-and-duration'))
    .map(({ code, message }) => finding(code, printable(message)))
}

function checkMpd(mpd: MpdFacts): readonly Finding[] {
  const findings: Finding[] = []
  if (mpd.hasBaseUrl) findings.push(finding('mpd-base-url', 'expected no BaseURL in the MPD, received one'))
  if (mpd.periodCount > 1) {
    findings.push(
      finding('mpd-several-periods', `expected one Period in the MPD, received ${mpd.periodCount}`),
    )
  }
  findings.push(...checkTimelineOrigin(mpd))
  const flawed = mpd.representations.find(
    ({ written, addressing }) => addressing === 'template' && isFlawed(written),
  )
  // Templates without $RepresentationID$ differ from set to set: one cause, one finding.
  return [...findings, ...(flawed ? [templateFlawed(flawed)] : templatesDiffer(mpd))]
}

/** DASH-IF Ingest 6.2-16e; only a dynamic MPD has to have both. */
function checkTimelineOrigin({
  type,
  availabilityStartTime: start,
  periodStart,
}: MpdFacts): readonly Finding[] {
  const isDynamic = type === 'dynamic'
  const isEpoch = start === null ? !isDynamic : parseDateTime(start) === 0
  if (!isEpoch) {
    const message = `expected availabilityStartTime 1970-01-01T00:00:00Z, received ${excerpt(start ?? 'none')}`
    return [finding('mpd-timeline-origin', message)]
  }
  const isZero = periodStart === null ? !isDynamic : /^PT?[^1-9]*$/.test(periodStart)
  if (isZero) return []
  return [
    finding('mpd-timeline-origin', `expected Period@start PT0S, received ${excerpt(periodStart ?? 'none')}`),
  ]
}

function templatesDiffer({ representations }: MpdFacts): readonly Finding[] {
  // Several periods have a finding of their own.
  const [first, ...others] = representations.filter(
    ({ addressing, period }) => addressing === 'template' && period === representations[0]?.period,
  )
  const other = others.find(
    ({ written }) =>
      written.media !== first?.written.media || written.initialization !== first?.written.initialization,
  )
  if (!first || !other) return []
  const message = `expected the same templates in all sets, received ${excerpt(templatesIn(first))} in representation ${excerpt(first.id)}, ${excerpt(templatesIn(other))} in ${excerpt(other.id)}`
  return [finding('mpd-templates-differ', message)]
}

const templatesIn = ({ written }: RepresentationFacts): string =>
  `${written.initialization ?? 'no @initialization'} and ${written.media ?? 'no @media'}`

function isFlawed({ initialization, media }: RepresentationFacts['written']): boolean {
  const id = '$RepresentationID$'
  if (initialization !== null && initialization.split(id).length !== 2) return true
  if (media === null) return false
  return !media.includes(id) || media.match(/\$(Number|Time)(%0\d+d)?\$/g)?.length !== 1
}

function templateFlawed(flawed: RepresentationFacts): Finding {
  const expected = 'expected $RepresentationID$ in both templates and one of $Number$ and $Time$ in @media'
  return finding(
    'mpd-template',
    `${expected}, received ${excerpt(templatesIn(flawed))} in representation ${excerpt(flawed.id)}`,
  )
}
