import { greatest, type Period, type PeriodTrack, type Timeline } from './playback-timeline.ts'

interface MpdOptions {
  /** The session goes on: the MPD is dynamic. */
  readonly isLive: boolean
  /** Length of the window that is kept; null for all of the session. */
  readonly windowSeconds: number | null
}

/** An MPD of a timeline (ISO/IEC 23009-1); its URLs are relative to `/play/{id}/{session}/`. */
export function mpdOf(timeline: Timeline, { isLive, windowSeconds }: MpdOptions): string {
  const { periods, startMs, endSeconds, maxSegmentSeconds } = timeline
  const common = {
    xmlns: 'urn:mpeg:dash:schema:mpd:2011',
    profiles: 'urn:mpeg:dash:profile:isoff-live:2011',
    minBufferTime: secondsOf(Math.max(1, maxSegmentSeconds)),
  }
  const live = {
    type: 'dynamic',
    availabilityStartTime: isoTimeOf(startMs),
    publishTime: isoTimeOf(startMs + endSeconds * 1_000),
    minimumUpdatePeriod: 'PT1S',
    suggestedPresentationDelay: secondsOf(Math.max(2, 1.5 * maxSegmentSeconds)),
    ...(windowSeconds === null ? {} : { timeShiftBufferDepth: secondsOf(windowSeconds) }),
  }
  const done = { type: 'static', mediaPresentationDuration: secondsOf(endSeconds) }
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<MPD${attributes({ ...common, ...(isLive ? live : done) })}>`,
    ...(timeline.overlaps.length > 0 ? [overlapComment(timeline)] : []),
    ...periods.flatMap((period, i) => periodLines(period, i, periods)),
    ...(isLive
      ? [`  <UTCTiming${attributes({ schemeIdUri: 'urn:mpeg:dash:utc:http-iso:2014', value: '/time' })}/>`]
      : []),
    '</MPD>',
    '',
  ]
  return lines.join('\n')
}

const maxNamed = 20

/** Names of tracks are a device's: encoded, they have no `--`. */
function overlapComment({ overlaps }: Timeline): string {
  const named = overlaps
    .slice(0, maxNamed)
    .map(({ track, decodeTime }) => `${dashFree(track)} at ${decodeTime}`)
  return `  <!-- left out, because they overlap: ${named.join(', ')}${overlaps.length > maxNamed ? ', …' : ''} -->`
}

const dashFree = (name: string): string => encodeURIComponent(name).replaceAll('-', '%2D')

function periodLines(period: Period, index: number, periods: readonly Period[]): string[] {
  const next = periods[index + 1]
  const facts = {
    // The id is the beginning, so that it stays when earlier periods leave the window.
    id: `p${Math.round(period.startSeconds * 1_000)}`,
    start: secondsOf(period.startSeconds),
    ...(next ? { duration: secondsOf(next.startSeconds - period.startSeconds) } : {}),
  }
  return [`  <Period${attributes(facts)}>`, ...period.tracks.flatMap(trackLines), '  </Period>']
}

function trackLines(track: PeriodTrack, index: number): string[] {
  const { name, init, offset, shift } = track
  const isVideo = init.handler === 'vide'
  const set = {
    id: String(index + 1),
    contentType: isVideo ? 'video' : 'audio',
    mimeType: isVideo ? 'video/mp4' : 'audio/mp4',
    segmentAlignment: 'true',
    startWithSAP: '1',
    ...(/^[a-z]{3}$/.test(init.language) && init.language !== 'und' ? { lang: init.language } : {}),
  }
  const representation = {
    id: String(index + 1),
    codecs: init.codec,
    bandwidth: String(bandwidthOf(track)),
    ...(isVideo && init.width && init.height
      ? { width: String(Math.round(init.width)), height: String(Math.round(init.height)) }
      : {}),
  }
  // A dollar is percent-encoded, so that a name holds no template identifier.
  const folder = encodeURIComponent(name)
  const template = {
    timescale: String(init.timescale),
    presentationTimeOffset: String(offset),
    initialization: `${folder}/${encodeURIComponent(init.upload)}/init.mp4`,
    media: `${folder}/$Time$.m4s${shift === 0 ? '' : `?shift=${shift}`}`,
  }
  return [
    `    <AdaptationSet${attributes(set)}>`,
    `      <Representation${attributes(representation)}>`,
    `        <SegmentTemplate${attributes(template)}>`,
    '          <SegmentTimeline>',
    ...runsOf(track).map((run) => `            <S${attributes(run)}/>`),
    '          </SegmentTimeline>',
    '        </SegmentTemplate>',
    '      </Representation>',
    '    </AdaptationSet>',
  ]
}

/** Segments of one duration that follow each other are one run. */
function runsOf({ segments, shift }: PeriodTrack): Record<string, string>[] {
  const runs: { t: number; d: number; r: number }[] = []
  for (const { decodeTime, duration } of segments) {
    const last = runs.at(-1)
    const t = decodeTime - shift
    if (last && last.d === duration && last.t + last.d * (last.r + 1) === t) last.r += 1
    else runs.push({ t, d: duration, r: 0 })
  }
  return runs.map(({ t, d, r }) => ({ t: String(t), d: String(d), ...(r > 0 ? { r: String(r) } : {}) }))
}

/** The greatest of the segments', bits a second. */
export const bandwidthOf = ({ init, segments }: PeriodTrack): number =>
  Math.max(
    1,
    greatest(segments, ({ bytes, duration }) => Math.ceil((bytes * 8 * init.timescale) / duration)),
  )

/** A device may send durations that lead out of what dates can say; then the time is the nearest that they can. */
export const isoTimeOf = (unixMs: number): string =>
  new Date(Math.max(-maxDateMs, Math.min(maxDateMs, unixMs))).toISOString()
/** ECMA-262, 21.4.1.1; with four digits of the year, as XML and HLS want them. */
const maxDateMs = Date.UTC(9999, 11, 31)

const secondsOf = (seconds: number): string => `PT${Number(seconds.toFixed(3))}S`

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('')

const escapeXml = (text: string): string =>
  text
    .replace(/\p{Cc}/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
