import type { MpdFacts, RepresentationFacts } from '../inspection.ts'
import { type Finding, find, shown } from './finding.ts'
import type { Context } from './step.ts'

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
  const flawed = mpd.representations.find(
    ({ written, addressing }) => addressing === 'template' && isFlawed(written),
  )
  if (flawed) findings.push(templateFlawed(flawed))
  return findings
}

function isFlawed({ initialization, media }: RepresentationFacts['written']): boolean {
  const id = '$RepresentationID$'
  if (initialization !== null && initialization.split(id).length !== 2) return true
  if (media === null) return false
  return !media.includes(id) || media.match(/\$(Number|Time)(%0\d+d)?\$/g)?.length !== 1
}

function templateFlawed({ written, id }: RepresentationFacts): Finding {
  const expected = 'expected $RepresentationID$ in both templates and one of $Number$ and $Time$ in @media'
  const received = `${written.initialization ?? 'no @initialization'} and ${written.media ?? 'no @media'}`
  return find('mpd-template', `${expected}, received ${shown(received)} in representation ${shown(id)}`)
}
