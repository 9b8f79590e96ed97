import * as boxes from '@pushav/shared/testing/media/boxes.ts'

type HeaderParts = Parameters<typeof boxes.moov>[0]

/** A CMAF header, by default of a video track with a timescale of 1000. */
export const header = (parts: HeaderParts = {}): Buffer => Buffer.concat([boxes.ftyp, boxes.moov(parts)])

export const audioHeader = (): Buffer =>
  header({ handler: 'soun', entry: boxes.audioEntry('mp4a', boxes.aac) })

interface SegmentParts {
  /** The begin of the segment in seconds; by default n − 1 for segment n. */
  readonly at?: number
  readonly sequence?: number
  readonly brands?: readonly string[]
  /** Boxes before the moof, by default a prft. */
  readonly lead?: readonly Buffer[]
  readonly chunks?: number
}

/** The nth segment of a track, with one second for each chunk. */
export function segment(nth: number, parts: SegmentParts = {}): Buffer {
  const { at = nth - 1, sequence = nth, brands = ['cmfs'], lead = [boxes.prft], chunks = 1 } = parts
  const media = Array.from({ length: chunks }, (_, n) => [
    ...lead,
    boxes.chunk({ sequence: sequence + n, at: (at + n) * 1_000, isSync: n === 0 }),
  ])
  return Buffer.concat([...(brands.length > 0 ? [boxes.styp(...brands)] : []), ...media.flat()])
}

interface MpdParts {
  readonly type?: 'static' | 'dynamic'
  readonly attributes?: string
  readonly start?: string
  /** Elements before the adaptation sets. */
  readonly lead?: string
}

/** An MPD with one period. Each adaptation set is given by the ids of its representations and its template. */
export function mpd(
  sets: readonly (readonly [ids: readonly string[], template: string])[],
  parts: MpdParts = {},
) {
  const { type = 'dynamic', attributes = epoch, start = 'PT0S', lead = '' } = parts
  const adaptations = sets.map(([ids, template], n) => {
    const representations = ids.map(
      (id) => `<Representation id="${id}" bandwidth="600000" codecs="avc1.4d401f"/>`,
    )
    return `<AdaptationSet id="${n + 1}" mimeType="video/mp4">${template}${representations.join('')}</AdaptationSet>`
  })
  return `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="${type}" ${attributes}
  minBufferTime="PT2S">${lead}<Period id="0" start="${start}">${adaptations.join('')}</Period></MPD>
`
}

const epoch =
  'availabilityStartTime="1970-01-01T00:00:00Z" publishTime="2026-01-01T00:00:00Z" minimumUpdatePeriod="PT9S"'

/** A template, by default as DASH-IF 6.2-16 demands. */
export const template = (
  media = '$RepresentationID$-$Number$.cmfv',
  initialization = '$RepresentationID$-init.cmfv',
): string =>
  `<SegmentTemplate timescale="1000" duration="1000" startNumber="1" initialization="${initialization}" media="${media}"/>`
