import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { inspectMpd } from './mpd.ts'
import { closestName, mpdAttributes, mpdElements } from './mpd-names.ts'

const root =
  'xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xlink="http://www.w3.org/1999/xlink" profiles="p" minBufferTime="PT2S"'
const representation = '<Representation id="v" bandwidth="1" mimeType="video/mp4"/>'
const template =
  '<SegmentTemplate timescale="1000" duration="1000" media="$Number$.m4s" initialization="i.mp4"/>'
const live = 'type="dynamic" availabilityStartTime="2026-01-01T00:00:00Z" publishTime="2026-01-01T00:00:00Z"'
const set = `<AdaptationSet>${template}${representation}</AdaptationSet>`
const mpd = (
  inside = `<Period>${set}</Period>`,
  attributes = 'type="static" mediaPresentationDuration="PT4S"',
) => `<MPD ${root} ${attributes}>${inside}</MPD>`
const period = (inside: string, attributes?: string) => mpd(`<Period>${inside}</Period>`, attributes)

const flawsOf = (text: string) =>
  inspectMpd(text, 'a.mpd').mpd?.flaws.map(({ code, message }) => `${code}: ${message}`)

const lacks = (text: string, expected: RegExp, code = 'mpd-incomplete') => {
  const flaws = flawsOf(text) ?? []
  equal(flaws.length, 1, JSON.stringify(flaws))
  ok(flaws[0]?.startsWith(`${code}: `), flaws[0])
  match(flaws[0] ?? '', expected)
}
const isClean = (text: string) => deepEqual(flawsOf(text), [])

describe('mpdFlawsOf', () => {
  it('finds nothing in an MPD that has what it must have', () => {
    isClean(mpd())
    isClean(
      mpd()
        .replace('<MPD xmlns=', '<d:MPD xmlns:d=')
        .replaceAll(/<(\/?)(?=[A-Z])/g, '<$1d:')
        .replace('d:d:', 'd:'),
    )
  })

  it('takes segment information from any level', () => {
    const bare = `<AdaptationSet>${representation}</AdaptationSet>`
    isClean(period(`${template}${bare}`))
    isClean(
      period(
        `<AdaptationSet mimeType="video/mp4"><Representation id="v" bandwidth="1">${template}</Representation></AdaptationSet>`,
      ),
    )
    const split = '<SegmentTemplate timescale="1" duration="1"/>'
    isClean(
      period(
        `${split}<AdaptationSet><SegmentTemplate media="$Number$.m4s"/>${representation}</AdaptationSet>`,
      ),
    )
    const timeline = '<SegmentTemplate><SegmentTimeline><S d="1"/></SegmentTimeline></SegmentTemplate>'
    isClean(
      period(
        `${timeline}<AdaptationSet><SegmentTemplate media="$Time$.m4s"/>${representation}</AdaptationSet>`,
      ),
    )
    isClean(mpd(`<BaseURL>a.mp4</BaseURL><Period>${bare}</Period>`))
    isClean(
      period(
        `<AdaptationSet><SegmentList duration="1"><SegmentURL media="a"/></SegmentList>${representation}</AdaptationSet>`,
      ),
    )
  })

  it('misses Period, AdaptationSet and Representation', () => {
    lacks(mpd(''), /a Period in the MPD/)
    lacks(mpd('<Period id="x"/>'), /an AdaptationSet in Period x/)
    lacks(period('<AdaptationSet/>'), /a Representation in AdaptationSet 0 of Period 0/)
  })

  it('misses nothing in what is in another file, over, or still to come', () => {
    isClean(mpd('<Period xlink:href="a.xml"/>'))
    isClean(period('<AdaptationSet xlink:href="a.xml" xlink:actuate="onLoad"/>'))
    isClean(mpd('<Period duration="PT0S"/>'))
    const updated = `${live} minimumUpdatePeriod="PT5S"`
    isClean(mpd(`<Period id="0" start="PT0S">${set}</Period><Period id="1" start="PT9S"/>`, updated))
    lacks(mpd('<Period id="0" start="PT0S"/>', updated), /an AdaptationSet/)
  })

  it('misses attributes', () => {
    lacks(mpd().replace(' id="v"', ''), /@id in Representation 0/)
    lacks(mpd().replace(' bandwidth="1"', ''), /@bandwidth in Representation v/)
    lacks(mpd().replace(/ media="[^"]*"/, ''), /SegmentTemplate@media for Representation v/)
    lacks(mpd().replace(' duration="1000"', ''), /@duration or SegmentTimeline/)
    lacks(mpd().replace(template, ''), /SegmentTemplate, SegmentList or BaseURL for Representation v/)
    lacks(mpd().replace('profiles="p"', ''), /MPD@profiles/)
    lacks(mpd().replace('minBufferTime="PT2S"', ''), /MPD@minBufferTime/)
    lacks(
      mpd(
        '<Period id="0" start="PT0S" duration="PT0S"/>',
        live.replace(/ availabilityStartTime="[^"]*"/, ''),
      ),
      /MPD@availabilityStartTime/,
    )
    lacks(mpd().replace(' bandwidth="1"', '').replace(' id="v"', ''), /\(and 1 more like it\)$/)
    const timeline =
      '<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0"/></SegmentTimeline></SegmentTemplate>'
    lacks(mpd().replace(template, timeline), /S@d/)
    isClean(mpd().replace(template, timeline.replace('t="0"', 'p="1"')))
  })

  it('wants known identifiers in templates', () => {
    for (const media of ['$number$', '$Number%4d$', '$$$Time', 'v$'])
      lacks(
        mpd().replace('$Number$.m4s', () => media),
        /between dollars in SegmentTemplate@media/,
        'mpd-value',
      )
    lacks(mpd().replace('i.mp4', '$RepresentationID%02d$.mp4'), /@initialization/, 'mpd-value')
    for (const media of [
      '$$$Number%05d$',
      '$RepresentationID$/$Bandwidth%08d$_$Time$',
      '$Number$_$SubNumber%02d$',
    ])
      isClean(mpd().replace('$Number$.m4s', () => media))
  })

  it('lets a representation of a live MPD have no segment yet where another has', () => {
    const begun =
      '<AdaptationSet><SegmentTemplate media="$Number$.m4s"/><Representation id="a" bandwidth="0" mimeType="video/mp4"/></AdaptationSet>'
    const started = (inside: string, attributes: string) =>
      mpd(`<Period id="0" start="PT0S">${inside}</Period>`, attributes)
    isClean(started(set + begun, `${live} minimumUpdatePeriod="PT5S"`))
    lacks(started(begun, `${live} minimumUpdatePeriod="PT5S"`), /SegmentTimeline/)
    lacks(started(set + begun, `${live} mediaPresentationDuration="PT5S"`), /SegmentTimeline/)
    lacks(period(set + begun), /SegmentTimeline/)
  })

  it('wants the namespace of DASH', () => {
    const wrong = /expected the namespace urn:mpeg:dash:schema:mpd:2011, received/
    lacks(mpd().replace('dash:schema:mpd', 'DASH:schema:MPD'), wrong, 'mpd-namespace')
    lacks(mpd().replace('urn:mpeg:dash:schema:mpd:2011', ''), wrong, 'mpd-namespace')
    lacks(mpd().replace(/xmlns="[^"]*"/, ''), /received none/, 'mpd-namespace')
  })

  it('wants numbers, durations and times', () => {
    const wrong = (from: string, to: string, expected: RegExp) =>
      lacks(mpd().replace(from, to), expected, 'mpd-value')
    wrong(
      'bandwidth="1"',
      'bandwidth="1 Mbit/s"',
      /a whole number in Representation@bandwidth, received "1 Mbit\/s"/,
    )
    wrong('timescale="1000"', 'timescale="0"', /above 0 in SegmentTemplate@timescale/)
    wrong('duration="1000"', 'duration="1.5"', /SegmentTemplate@duration/)
    wrong('duration="1000"', 'duration="1" startNumber="-1"', /startNumber/)
    wrong('minBufferTime="PT2S"', 'minBufferTime="2"', /a duration such as PT4S in MPD@minBufferTime/)
    wrong('<Period>', '<Period start="0">', /Period@start/)
    wrong('type="static"', 'publishTime="2026-01-01"', /a time such as/)
    wrong('type="static"', 'publishTime="2026-13-01T00:00:00Z"', /a time such as/)
    for (const rate of ['29.97', '30/0', '25 fps'])
      wrong('bandwidth="1"', `bandwidth="1" frameRate="${rate}"`, /30000\/1001 in Representation@frameRate/)
    isClean(mpd().replace('bandwidth="1"', 'bandwidth="1" frameRate="30000/1001"'))
    for (const time of ['2026-01-01T00:00:00', '2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00+09:00'])
      isClean(mpd(undefined, `publishTime="${time}" mediaPresentationDuration="P0Y0M0DT0H3M30.000S"`))
  })

  it('names misspelt attributes and elements', () => {
    const wrong = (from: string, to: string, expected: RegExp) =>
      lacks(mpd().replace(from, to), expected, 'mpd-name-unknown')
    wrong(
      'timescale="1000"',
      'timescale="1000" startnumber="3"',
      /@startNumber in SegmentTemplate, received @startnumber/,
    )
    wrong('timescale="1000"', 'timescale="1000" prezentationTimeOffset="3"', /@presentationTimeOffset/)
    wrong('type="static"', 'mediaPresentationDuraton="PT1S"', /@mediaPresentationDuration in MPD/)
    wrong(
      '<Period>',
      '<Period><BaseUrl>a/</BaseUrl>',
      /expected BaseURL in Period, received the element BaseUrl/,
    )
    wrong('<Period>', '<Period><SuplementalProperty/>', /SupplementalProperty/)
  })

  it('says nothing of names that are like none, have a prefix or are of another schema', () => {
    isClean(
      mpd(
        undefined,
        'mediaPresentationDuration="PT4S" generatedBy="x" xmlns:y="urn:y" y:startnumber="1" xml:lang="en"',
      ),
    )
    isClean(mpd(`<y:period xmlns:y="urn:y"><Represantation/></y:period><Period>${set}</Period>`))
    isClean(mpd(`<period xmlns="urn:y"><Represantation/></period><Period>${set}</Period>`))
    const protection = '<ContentProtection schemeIdUri="x"><Perod/></ContentProtection>'
    isClean(period(`<AdaptationSet>${protection}${template}${representation}</AdaptationSet>`))
  })

  it('stays quick with very many unknown names', () => {
    const names = Array.from({ length: 120 }, (_, at) => `unknownName${at}="1"`).join(' ')
    const many = `<x ${names}/>`.repeat(600)
    const before = process.threadCpuUsage()
    ok(flawsOf(mpd(`${many}<Period>${set}</Period>`)))
    const { user, system } = process.threadCpuUsage(before)
    ok(user + system < 2_000_000, `${user + system} µs`)
  })
})

describe('closestName', () => {
  it('finds other capitals, and one or two letters off in longer names', () => {
    equal(closestName('Bandwidth', mpdAttributes), 'bandwidth')
    equal(closestName('bandwith', mpdAttributes), 'bandwidth')
    equal(closestName('adapatationset', mpdElements), 'AdaptationSet')
    equal(closestName('s', mpdElements), 'S')
    equal(closestName('dd', mpdAttributes), null)
    equal(closestName('whatever', mpdAttributes), null)
    equal(closestName('x'.repeat(10_000), mpdAttributes), null)
  })
})
