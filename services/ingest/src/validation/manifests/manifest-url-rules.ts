import type { MpdFacts, RepresentationFacts } from '../../media/inspection.ts'
import type { Context } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'

/** What DASH-IF asks of manifests whatever the session; the rows on MPDs bind cmaf-ingest alone. */
export function judgeManifestRows({ inspection, stream }: Context): readonly Finding[] {
  const facts = inspection?.mpd ?? inspection?.playlist
  if (!facts) return []
  const findings: Finding[] = []
  if (facts.hasAbsoluteUrl) {
    findings.push(
      find('manifest-url-absolute', 'expected relative URLs in the manifest, received an absolute one'),
    )
  }
  if (facts.leavesStream) {
    const message = 'expected URLs below the publishing point, received one that leads out of it'
    findings.push(find('manifest-url-outside', message))
  }
  if (!inspection?.mpd || stream.interface !== 'cmaf-ingest') return findings
  return [...findings, ...mpdRows(inspection.mpd)]
}

function mpdRows(mpd: MpdFacts): readonly Finding[] {
  const findings: Finding[] = []
  if (mpd.hasBaseUrl) findings.push(find('mpd-base-url', 'expected no BaseURL in the MPD, received one'))
  if (mpd.periodCount > 1) {
    findings.push(find('mpd-several-periods', `expected one Period in the MPD, received ${mpd.periodCount}`))
  }
  findings.push(...originOf(mpd))
  const flawed = mpd.representations.find(
    ({ written, addressing }) => addressing === 'template' && isFlawed(written),
  )
  // What lacks $RepresentationID$ differs from set to set for the same cause.
  return [...findings, ...(flawed ? [templateFlawed(flawed)] : templatesDiffer(mpd))]
}

/** DASH-IF Ingest 6.2-16e; only a dynamic MPD has to have both. */
function originOf({ type, availabilityStartTime: start, periodStart }: MpdFacts): readonly Finding[] {
  const isDynamic = type === 'dynamic'
  const isEpoch = start === null ? !isDynamic : Date.parse(start) === 0
  if (!isEpoch) {
    const message = `expected availabilityStartTime 1970-01-01T00:00:00Z, received ${shown(start ?? 'none')}`
    return [find('mpd-timeline-origin', message)]
  }
  const isZero = periodStart === null ? !isDynamic : /^PT?[^1-9]*$/.test(periodStart)
  if (isZero) return []
  return [find('mpd-timeline-origin', `expected Period@start PT0S, received ${shown(periodStart ?? 'none')}`)]
}

function templatesDiffer({ representations }: MpdFacts): readonly Finding[] {
  const [first, ...others] = representations.filter(({ addressing }) => addressing === 'template')
  const other = others.find(
    ({ written }) =>
      written.media !== first?.written.media || written.initialization !== first?.written.initialization,
  )
  if (!first || !other) return []
  const message = `expected the same templates in all sets, received ${shown(templatesIn(first))} in representation ${shown(first.id)}, ${shown(templatesIn(other))} in ${shown(other.id)}`
  return [find('mpd-templates-differ', message)]
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
  return find(
    'mpd-template',
    `${expected}, received ${shown(templatesIn(flawed))} in representation ${shown(flawed.id)}`,
  )
}
