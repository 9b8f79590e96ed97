import { deepEqual, match } from 'node:assert/strict'
import { inspectMpd } from './mpd.ts'

const root =
  'xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xlink="http://www.w3.org/1999/xlink" profiles="p" minBufferTime="PT2S"'
const live = 'type="dynamic" availabilityStartTime="2026-01-01T00:00:00Z" publishTime="2026-01-01T00:00:00Z"'
const done = 'type="static" mediaPresentationDuration="PT4S"'
const updated = `${live} minimumUpdatePeriod="PT2S"`
const template = '<SegmentTemplate timescale="1000" duration="1000" media="$Number$.m4s"/>'
const setOf = (inside: string, id = 'v') =>
  `<AdaptationSet mimeType="video/mp4">${inside}<Representation id="${id}" bandwidth="1"/></AdaptationSet>`
const period = (inside = setOf(template), attributes = 'id="0" start="PT0S"') =>
  `<Period ${attributes}>${inside}</Period>`
const mpd = (inside = period(), attributes = done) => `<MPD ${root} ${attributes}>${inside}</MPD>`
const timed = (entries: string, attributes = 'timescale="1000" media="$Number$.m4s"') =>
  setOf(`<SegmentTemplate ${attributes}><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>`)

const flawsOf = (text: string) =>
  inspectMpd(text, 'a.mpd').mpd?.flaws.map(({ code, message }) => `${code}: ${message}`)
const isClean = (text: string) => deepEqual(flawsOf(text), [])
const isWrong = (text: string, expected: RegExp) => {
  const flaws = flawsOf(text) ?? []
  deepEqual(flaws.length, 1, JSON.stringify(flaws))
  match(flaws[0] ?? '', expected)
}

describe('an MPD', () => {
  it('says when it ends, unless it is to be updated', () => {
    isWrong(
      mpd(undefined, 'type="static"'),
      /mpd-incomplete: .*mediaPresentationDuration.*@duration of the last/,
    )
    isWrong(mpd(undefined, ''), /mediaPresentationDuration/)
    isWrong(
      mpd(undefined, live),
      /mpd-dynamic-incomplete: .*mediaPresentationDuration.*@minimumUpdatePeriod or @duration/,
    )
    isClean(mpd(undefined, updated))
    isClean(mpd(period(undefined, 'duration="PT4S"'), 'type="static"'))
    isClean(mpd(`${period()}<Period xlink:href="next.xml"/>`, 'type="static"'))
  })

  it('is updated only when it is dynamic', () => {
    isWrong(mpd(undefined, `${done} minimumUpdatePeriod="PT2S"`), /mpd-contradiction: .*minimumUpdatePeriod/)
  })

  it('says when it was published and which Period is which when it is dynamic', () => {
    isWrong(
      mpd(undefined, updated.replace(/publishTime="[^"]*"/, '')),
      /mpd-dynamic-incomplete: .*MPD@publishTime/,
    )
    isWrong(mpd(period(undefined, 'start="PT0S"'), updated), /mpd-incomplete: .*@id in Period 0/)
    isWrong(mpd(period(undefined, 'id="0"'), updated), /mpd-start-unknown: .*@start in the first Period/)
  })

  it('is not over before it begins', () => {
    isClean(mpd(undefined, `${updated} availabilityEndTime="2026-01-01T01:00:00Z"`))
    isWrong(
      mpd(undefined, `${updated} availabilityEndTime="2025-01-01T01:00:00Z"`),
      /availabilityEndTime behind/,
    )
  })

  it('has Periods in the order of their starts', () => {
    const at = (id: number, start: string) => period(setOf(template), `id="${id}" start="${start}"`)
    isClean(mpd(at(0, 'PT0S') + at(1, 'PT2S') + at(2, 'PT2S')))
    isWrong(mpd(at(0, 'PT2S') + at(1, 'PT0S')), /mpd-contradiction: .*in the order of their @start/)
  })
})

describe('ids in an MPD', () => {
  it('are those of one Period, and of one AdaptationSet of a Period', () => {
    const again = period(undefined, 'id="0" start="PT2S"')
    isWrong(mpd(period() + again), /mpd-contradiction: .*for each Period, received 0 twice/)
    const numbered = (id: string) => setOf(template, id).replace('<AdaptationSet', '<AdaptationSet id="7"')
    isWrong(mpd(period(numbered('a') + numbered('b'))), /for each AdaptationSet, received 7 twice/)
    isClean(mpd(period(numbered('a')) + period(numbered('a'), 'id="1"')))
  })

  it('are those of one Representation of a Period, or of some that are the same', () => {
    isClean(mpd(period(setOf(template) + setOf(template))))
    const other = setOf(template).replace('bandwidth="1"', 'bandwidth="2"')
    isWrong(mpd(period(setOf(template) + other)), /for each Representation of a Period, received v for two/)
    isClean(mpd(period() + period(other, 'id="1"')))
    isWrong(mpd(period(setOf(template, 'a b'))), /mpd-value: .*no space in Representation@id/)
  })
})

describe('segments in an MPD', () => {
  it('are named in one way on each level', () => {
    const both = `${template}<SegmentBase/>`
    isWrong(
      mpd(period(setOf(both))),
      /mpd-contradiction: .*one kind .* in AdaptationSet, received SegmentBase and/,
    )
    isClean(mpd(period(`<SegmentBase/>${setOf(template)}`)))
  })

  it('have a number or a time in their names, the init segment neither', () => {
    const media = (text: string) => mpd(period(setOf(template.replace('$Number$.m4s', () => text))))
    isWrong(media('$Number$-$Time$.m4s'), /mpd-contradiction: .*\$Number\$ or \$Time\$/)
    isClean(media('$Number%05d$.m4s'))
    const initial = (text: string) =>
      mpd(period(setOf(template.replace('media', () => `initialization="${text}" media`))))
    isWrong(
      initial('i-$Number$.mp4'),
      /mpd-value: .*no \$Number\$ and no \$Time\$ in SegmentTemplate@initialization/,
    )
    isClean(initial('i-$RepresentationID$.mp4'))
  })

  it('may begin where rounding to frames of sound puts them', () => {
    const alternating = [0, 1, 2, 3].map((nth) => `<S t="${nth * 96_000}" d="${nth % 2 ? 96_256 : 95_232}"/>`)
    isClean(mpd(period(timed(alternating.join('')))))
    isWrong(
      mpd(period(timed('<S t="0" d="96000"/><S t="90000" d="96000"/>'))),
      /mpd-contradiction: .*at 90000/,
    )
  })

  it('do not overlap in SegmentTimeline', () => {
    isClean(mpd(period(timed('<S t="0" d="1000" r="2"/><S d="500"/><S t="9000" d="1"/>'))))
    isWrong(
      mpd(period(timed('<S t="0" d="1000" r="2"/><S t="2900" d="1"/>'))),
      /mpd-contradiction: .*at 2900 .* ends at 3000/,
    )
    isClean(mpd(period(timed('<S t="0" d="1000" r="-1"/><S t="5" d="1"/>'))))
    isClean(mpd(period(timed('<S t="17677000000000000" d="20000000"/><S t="17677000020000000" d="1"/>'))))
  })

  it('are not longer than the longest one', () => {
    const longest = (seconds: string) =>
      mpd(period(timed('<S d="2100"/>')), `${done} maxSegmentDuration="${seconds}"`)
    isClean(longest('PT2S'))
    isWrong(longest('PT1.9S'), /mpd-contradiction: .*S@d within MPD@maxSegmentDuration, received 2100/)
  })

  it('have one word on how long they are; both is a note', () => {
    const both = timed('<S d="1000"/>', 'timescale="1000" duration="1000" media="$Number$.m4s"')
    isWrong(
      mpd(period(both)),
      /mpd-timeline-and-duration: .*@duration or SegmentTimeline for Representation v/,
    )
  })

  it('have a media type', () => {
    const bare = setOf(template).replace(' mimeType="video/mp4"', '')
    isWrong(mpd(period(bare)), /mpd-incomplete: .*@mimeType in Representation v or its AdaptationSet/)
    isClean(mpd(period(bare.replace('<AdaptationSet', '<AdaptationSet initializationSetRef="1"'))))
  })
})

describe('descriptors in an MPD', () => {
  it('say which scheme they are of', () => {
    for (const name of [
      'EventStream',
      'InbandEventStream',
      'ContentProtection',
      'Role',
      'EssentialProperty',
    ]) {
      const without = period(`<${name} value="1"/>${setOf(template)}`)
      isWrong(mpd(without), new RegExp(`mpd-incomplete: .*${name}@schemeIdUri`))
      isClean(mpd(without.replace('value="1"', 'schemeIdUri="urn:x"')))
    }
    isWrong(mpd(`<UTCTiming value="x"/>${period()}`), /UTCTiming@schemeIdUri/)
    isClean(mpd(period(`<ContentProtection ref="1"/>${setOf(template)}`)))
    isWrong(
      mpd(period(`<EventStream schemeIdUri="u" timescale="0"/>${setOf(template)}`)),
      /mpd-value: .*EventStream@timescale/,
    )
  })
})
