import { ok } from 'node:assert/strict'
import fc from 'fast-check'
import { createGauge, forAll, fuzzTimeoutMs } from '../../testing/fuzz.ts'
import { streamOf, validateInOrder } from '../testing/arrivals.ts'
import { sentBytes } from '../testing/sent-bytes.ts'

const worstMs = 1_000
const number = fc.oneof(fc.nat(12), fc.constantFrom('-1', '4294967295', '999999999999999', '1e3', 'x'))

/** A version of a media playlist: any of its numbers, names, types and discontinuities. */
const playlist = fc
  .record({
    target: number,
    sequence: number,
    discontinuitySequence: fc.option(number),
    type: fc.constantFrom(
      '',
      '#EXT-X-PLAYLIST-TYPE:EVENT',
      '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-SKIP:SKIPPED-SEGMENTS=2',
    ),
    map: fc.constantFrom('', '#EXT-X-MAP:URI="init.mp4"', '#EXT-X-MAP:URI="b.mp4"'),
    segments: fc.array(
      fc.tuple(fc.constantFrom('', '#EXT-X-DISCONTINUITY', '#EXT-X-GAP', '#EXTINF:9,'), number, fc.nat(6)),
      { maxLength: 12 },
    ),
    end: fc.boolean(),
  })
  .map(({ target, sequence, discontinuitySequence, type, map, segments, end }) =>
    [
      ...['#EXTM3U', `#EXT-X-TARGETDURATION:${target}`, `#EXT-X-MEDIA-SEQUENCE:${sequence}`, type, map],
      ...(discontinuitySequence === null ? [] : [`#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`]),
      ...segments.flatMap(([tag, duration, name]) => [tag, `#EXTINF:${duration},`, `s${name}.m4s`]),
      ...(end ? ['#EXT-X-ENDLIST', ''] : ['']),
    ].join('\n'),
  )

const time = fc.constantFrom(
  '1970-01-01T00:00:00Z',
  '2026-01-01T00:00:00',
  '275760-09-13T00:00:01Z',
  'now',
  '',
)
const id = fc.constantFrom('', 'a', 'b', 'c'.repeat(200))

/** A version of an MPD: any of its times and ids. */
const mpd = fc
  .record({
    type: fc.constantFrom('static', 'dynamic', 'other'),
    id,
    time,
    periods: fc.array(
      fc.tuple(id, fc.constantFrom('PT0S', 'PT1M', 'soon'), fc.array(id, { maxLength: 20 })),
      { maxLength: 20 },
    ),
  })
  .map(({ type, id, time, periods }) => {
    const inside = periods.map(
      ([id, start, sets]) =>
        `<Period id="${id}" start="${start}">${sets.map((set) => `<AdaptationSet id="${set}"/>`).join('')}</Period>`,
    )
    return `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="${type}" id="${id}" availabilityStartTime="${time}">${inside.join('')}</MPD>`
  })

describe('versions of hostile manifests', function () {
  this.timeout(fuzzTimeoutMs)
  const gauge = createGauge('versions')
  after(() => {
    gauge.print()
    ok(gauge.worstMs() < worstMs, `${gauge.worstMs()} ms`)
  })

  it('of any playlists are compared', () => forAll(versionsOf(playlist), (all) => isSound('v/a.m3u8', all)))

  it('of any MPDs are compared', () => forAll(versionsOf(mpd), (all) => isSound('m.mpd', all)))

  /** Findings that can be shown, and a state that stays small and survives a journey as JSON. */
  function isSound(path: string, versions: readonly string[]): void {
    const objects = versions.map((text) => sentBytes(path, text))
    const { verdicts, state } = gauge.measure(() => {
      const result = validateInOrder(streamOf('cmaf-ingest'), objects)
      return { ...result, faults: result.verdicts.flatMap(({ findings }) => findings) }
    })
    ok(verdicts.every(({ findings }) => findings.every(({ message }) => message.length < 700)))
    ok(JSON.stringify(state).length < 30_000)
  }
})

const versionsOf = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: 2, maxLength: 4 })
