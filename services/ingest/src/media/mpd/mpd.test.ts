import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createPathMatcher } from '../path-matcher.ts'
import { inspectMpd } from './mpd.ts'

const namespace = 'xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xlink="http://www.w3.org/1999/xlink"'
const mpd = (inside: string, attributes = 'type="static"') =>
  `<MPD ${namespace} ${attributes}>${inside}</MPD>`
const period = (inside: string) => mpd(`<Period><AdaptationSet>${inside}</AdaptationSet></Period>`)

function factsOf(text: string, path = 'session_1/index.mpd') {
  const { mpd, faults } = inspectMpd(text, path)
  deepEqual(faults, [])
  ok(mpd)
  return mpd
}

function firstOf(text: string, path?: string) {
  const [first] = factsOf(text, path).representations
  ok(first)
  return first
}

/** What the SDK's camera sends, 1.5 and 1.6: SegmentTimeline and padded numbers from the start. */
const earlyCamera = mpd(
  `<Period id="0" start="PT0.0S">
    <AdaptationSet id="0" contentType="video" startWithSAP="1" segmentAlignment="true">
      <Representation id="0" mimeType="video/mp4" codecs="avc1.42c01f" bandwidth="1000000" width="640" height="480">
        <SegmentTemplate timescale="90000" initialization="video/video.init"
          media="video/segment_$Number%04d$.m4s" startNumber="1001">
          <SegmentTimeline><S t="0" d="360000" r="2" /></SegmentTimeline>
        </SegmentTemplate>
      </Representation>
    </AdaptationSet>
  </Period>`,
  'type="dynamic" minimumUpdatePeriod="PT4.0S" availabilityStartTime="1970-01-01T00:00:00Z"',
)

/** From 1.6.1 on: numbers from @duration, and a last MPD that has SegmentTimeline besides. */
const laterCamera = (type: string, timeline: string) =>
  mpd(
    `<Period id="0" start="PT0S">
      <AdaptationSet id="0" contentType="video">
        <Representation id="0" mimeType="video/mp4" codecs="avc1.42c01f" bandwidth="1000000">
          <SegmentTemplate timescale="90000" duration="360000" initialization="video/video.init"
            media="video/segment_$Number$.m4s" startNumber="1001">${timeline}</SegmentTemplate>
        </Representation>
      </AdaptationSet>
      <AdaptationSet id="1" contentType="audio">
        <Representation id="1" mimeType="audio/mp4" codecs="opus" bandwidth="32000">
          <SegmentTemplate timescale="48000" duration="192000" initialization="audio/audio.init"
            media="audio/segment_$Number$.m4s" startNumber="1001"></SegmentTemplate>
        </Representation>
      </AdaptationSet>
    </Period>`,
    `type="${type}"`,
  )

describe('inspectMpd', () => {
  it('reads the MPD of an early camera', () => {
    const facts = factsOf(earlyCamera)
    equal(facts.type, 'dynamic')
    equal(facts.availabilityStartTime, '1970-01-01T00:00:00Z')
    equal(facts.periodStart, 'PT0.0S')
    deepEqual(facts.representations, [
      {
        id: '0',
        period: 0,
        periodId: '0',
        periodSeconds: null,
        adaptationSet: '0',
        codecs: 'avc1.42c01f',
        mimeType: 'video/mp4',
        bandwidth: 1_000_000,
        addressing: 'template',
        timescale: 90_000,
        initialization: 'session_1/video/video.init',
        media: 'session_1/video/segment_$Number%04d$.m4s',
        written: { initialization: 'video/video.init', media: 'video/segment_$Number%04d$.m4s' },
        startNumber: 1_001,
        duration: null,
        timeline: [{ t: 0, d: 360_000, count: 3 }],
        segments: null,
      },
    ])
  })

  it('reads the first and the last MPD of a later camera', () => {
    const first = factsOf(laterCamera('dynamic', ''))
    deepEqual(
      first.representations.map(({ media, duration, timeline }) => ({ media, duration, timeline })),
      [
        { media: 'session_1/video/segment_$Number$.m4s', duration: 360_000, timeline: null },
        { media: 'session_1/audio/segment_$Number$.m4s', duration: 192_000, timeline: null },
      ],
    )
    const timeline = '<SegmentTimeline><S t="0" d="360000" r="6"/></SegmentTimeline>'
    const last = factsOf(laterCamera('static', timeline))
    equal(last.type, 'static')
    deepEqual(last.representations[0]?.timeline, [{ t: 0, d: 360_000, count: 7 }])
    equal(last.representations[0]?.duration, 360_000)
  })

  it('inherits a template attribute by attribute, its timeline from the innermost level', () => {
    const facts = firstOf(
      mpd(`<Period>
        <SegmentTemplate timescale="1000" startNumber="7" media="outer-$Number$.m4s">
          <SegmentTimeline><S d="1"/></SegmentTimeline></SegmentTemplate>
        <AdaptationSet mimeType="video/mp4" codecs="avc1.640028">
          <SegmentTemplate media="$RepresentationID$/$Time$.m4s" initialization="$RepresentationID$/$Bandwidth$.init">
            <SegmentTimeline><S d="2"/></SegmentTimeline></SegmentTemplate>
          <Representation id="hd" bandwidth="5000" codecs="hvc1.1.6.L93"><SegmentTemplate startNumber="9"/></Representation>
        </AdaptationSet></Period>`),
    )
    equal(facts.timescale, 1_000)
    equal(facts.startNumber, 9)
    equal(facts.media, 'session_1/hd/$Time$.m4s')
    equal(facts.initialization, 'session_1/hd/5000.init')
    equal(facts.mimeType, 'video/mp4')
    equal(facts.codecs, 'hvc1.1.6.L93')
    equal(facts.adaptationSet, '0')
    deepEqual(facts.timeline, [{ t: 0, d: 2, count: 1 }])
  })

  it('resolves BaseURL at every level', () => {
    const facts = factsOf(
      mpd(`<BaseURL>a/</BaseURL><Period><BaseURL>b/</BaseURL><AdaptationSet><BaseURL>../c/</BaseURL>
        <Representation id="v"><BaseURL>d/</BaseURL><SegmentTemplate media="$Number$.m4s" initialization="i.mp4"/>
        </Representation><Representation id="w"><BaseURL>w.mp4</BaseURL><SegmentBase/></Representation>
        </AdaptationSet></Period>`),
    )
    equal(facts.hasBaseUrl, true)
    equal(facts.leavesStream, false)
    equal(facts.representations[0]?.media, 'session_1/a/c/d/$Number$.m4s')
    equal(facts.representations[0]?.initialization, 'session_1/a/c/d/i.mp4')
    equal(facts.representations[1]?.media, 'session_1/a/c/w.mp4')
    equal(facts.representations[1]?.addressing, 'file')
  })

  it('never lets a URL out of the stream', () => {
    const template = '<Representation id="v"><SegmentTemplate media="$Number$.m4s"/></Representation>'
    const below = factsOf(period(`<BaseURL>../../../x/</BaseURL>${template}`))
    equal(below.representations[0]?.media, null)
    deepEqual([below.hasBaseUrl, below.hasAbsoluteUrl, below.leavesStream], [true, false, true])

    const elsewhere = factsOf(period(`<BaseURL>https://example/x/</BaseURL>${template}`))
    equal(elsewhere.representations[0]?.media, null)
    deepEqual([elsewhere.hasBaseUrl, elsewhere.hasAbsoluteUrl, elsewhere.leavesStream], [true, true, false])

    const climbing = factsOf(
      period(
        '<Representation id="../../x"><SegmentTemplate media="$RepresentationID$/1.m4s"/></Representation>',
      ),
    )
    equal(climbing.representations[0]?.media, null)
    deepEqual([climbing.hasBaseUrl, climbing.leavesStream], [false, true])
  })

  it('escapes dollars that are no identifiers', () => {
    const text = period(
      '<Representation id="$Time$"><SegmentTemplate media="$RepresentationID$/$Number$" initialization="$$i"/></Representation>',
    )
    const facts = firstOf(text, 'session_$1/index.mpd')
    equal(facts.media, 'session_$$1/$$Time$$/$Number$')
    equal(facts.initialization, 'session_$1/$i')
    equal(createPathMatcher(facts)('session_$1/$Time$/3')?.number, 3)
  })

  it('decodes entities in URLs', () => {
    const facts = firstOf(
      period(
        '<Representation id="v"><SegmentTemplate media="a&amp;b-$Number$" initialization="&#105;"/></Representation>',
      ),
    )
    equal(facts.media, 'session_1/a&b-$Number$')
    equal(facts.initialization, 'session_1/i')
  })

  it('lists the files of a SegmentList', () => {
    const facts = firstOf(
      period(`<SegmentList timescale="10" duration="20" startNumber="5"><Initialization sourceURL="i.mp4"/>
        <SegmentURL media="a.m4s"/><SegmentURL media="../../b.m4s"/></SegmentList><Representation id="v"/>`),
    )
    equal(facts.addressing, 'list')
    equal(facts.media, null)
    equal(facts.initialization, 'session_1/i.mp4')
    deepEqual(facts.segments, ['session_1/a.m4s', null])
    deepEqual([facts.timescale, facts.duration, facts.startNumber], [10, 20, 5])
  })

  it('lets the innermost element decide how segments are addressed', () => {
    const list = '<SegmentList><SegmentURL media="a.m4s"/></SegmentList>'
    const facts = firstOf(
      period(`<SegmentTemplate media="$Number$"/><Representation id="v">${list}</Representation>`),
    )
    deepEqual([facts.addressing, facts.media, facts.segments], ['list', null, ['session_1/a.m4s']])
  })

  it('repeats up to the end of the period where the MPD has one', () => {
    const repeating = (root: string, offset = '') =>
      firstOf(
        mpd(
          `<Period start="PT10S"><AdaptationSet><Representation id="v"><SegmentTemplate timescale="10" ${offset}
            media="$Time$"><SegmentTimeline><S t="0" d="20" r="-1"/></SegmentTimeline></SegmentTemplate>
            </Representation></AdaptationSet></Period>`,
          root,
        ),
      ).timeline
    deepEqual(repeating('mediaPresentationDuration="PT20S"'), [{ t: 0, d: 20, count: 5 }])
    const shifted = repeating('mediaPresentationDuration="PT20S"', 'presentationTimeOffset="40"')
    deepEqual(shifted, [{ t: 0, d: 20, count: 7 }])
    deepEqual(repeating('type="dynamic"'), [{ t: 0, d: 20, count: null }])
  })

  it('keeps periods apart', () => {
    const one = '<AdaptationSet><Representation id="v"/></AdaptationSet>'
    const facts = factsOf(mpd(`<Period>${one}</Period><Period>${one}</Period>`))
    equal(facts.periodCount, 2)
    deepEqual(
      facts.representations.map(({ id, period }) => [id, period]),
      [
        ['v', 0],
        ['v', 1],
      ],
    )
  })

  it('takes numbers that are none for absent', () => {
    const facts = firstOf(
      period(
        '<Representation id="v" bandwidth="x"><SegmentTemplate timescale="0" startNumber="-1" duration="1e9"/></Representation>',
      ),
    )
    deepEqual([facts.bandwidth, facts.timescale, facts.startNumber, facts.duration], [null, 1, 1, null])
  })

  it('takes any prefix, no type and no period', () => {
    const facts = factsOf('<d:MPD xmlns:d="urn:mpeg:dash:schema:mpd:2011"/>')
    deepEqual([facts.type, facts.periodCount, facts.representations], [null, 0, []])
  })

  it('has a fault for another root and for an unknown type', () => {
    const other = inspectMpd('<SmoothStreamingMedia/>', 'index.mpd')
    equal(other.mpd, null)
    match(other.faults[0]?.message ?? '', /expected the root element MPD, received SmoothStreamingMedia/)
    const odd = inspectMpd('<MPD type="live"/>', 'index.mpd')
    equal(odd.mpd?.type, null)
    equal(odd.faults[0]?.code, 'mpd-malformed')
  })

  it('keeps facts small and says that it cut', () => {
    const many = '<Representation id="v"/>'.repeat(300)
    const facts = cutFactsOf(period(many))
    deepEqual([facts.representations.length, facts.truncated], [256, true])
    deepEqual(faultsOf(period(many)), ['manifest-too-large at most 256 Representations'])
    deepEqual(faultsOf(period('<Representation id="v"/>'.repeat(256))), [])

    const runs = Array.from({ length: 6_000 }, (_, index) => `<S d="${1 + (index % 2)}"/>`).join('')
    const shared = `<SegmentTemplate><SegmentTimeline>${runs}</SegmentTimeline></SegmentTemplate>`
    const timed = factsOf(period(`${shared}<Representation id="v"/><Representation id="w"/>`))
    deepEqual(
      timed.representations.map(({ timeline }) => timeline?.length),
      [6_000, 4_000],
    )
    equal(timed.truncated, true)

    const even = `<SegmentTimeline>${'<S d="1"/>'.repeat(15_000)}</SegmentTimeline>`
    const looked = factsOf(
      period(`<SegmentTemplate>${even}</SegmentTemplate>${'<Representation id="v"/>'.repeat(7)}`),
    )
    deepEqual([looked.representations[6]?.timeline?.[0]?.count, looked.truncated], [10_000, true])

    const urls = `<SegmentList>${'<SegmentURL media="a"/>'.repeat(6_000)}</SegmentList>`
    const listed = cutFactsOf(period(`${urls}<Representation id="v"/><Representation id="w"/>`))
    deepEqual([listed.representations[1]?.segments?.length, listed.truncated], [4_000, true])
    deepEqual(faultsOf(period(`${urls}<Representation id="v"/><Representation id="w"/>`)), [
      'manifest-too-large at most 10000 SegmentURLs of all representations together',
    ])
    deepEqual(faultsOf(period(`${urls}<Representation id="v"/>`)), [])
  })

  function cutFactsOf(text: string) {
    const { mpd } = inspectMpd(text, 'index.mpd')
    ok(mpd)
    return mpd
  }

  const faultsOf = (text: string) =>
    inspectMpd(text, 'index.mpd').faults.map(
      ({ code, message }) => `${code} ${/at most [^,]+/.exec(message)}`,
    )

  it('tells its id, and of each Period with an id the start and the sets', () => {
    const set = (id: string) => `<AdaptationSet id="${id}"/>`
    const remote = '<Period id="c" xlink:href="c.xml"><AdaptationSet id="9"/></Period>'
    const facts = factsOf(
      mpd(
        `<Period id="a" start="PT1M">${set('1')}${set('2')}</Period><Period>${set('3')}</Period><Period id="b"/>${remote}`,
        'id="m"',
      ),
    )
    deepEqual(facts.id, 'm')
    deepEqual(facts.periods, [{ id: 'a', start: 60, sets: ['1', '2'] }, { id: 'b' }, { id: 'c' }])
    const bare = factsOf(mpd('<Period/>'))
    deepEqual([bare.id, bare.periods], [undefined, undefined])
  })

  it('tells the newest of many Periods, and none of those whose ids are not their own', () => {
    const named = (ids: readonly string[]) => mpd(ids.map((id) => `<Period id="${id}"/>`).join(''))
    const idsOf = (ids: readonly string[]) => factsOf(named(ids)).periods?.map(({ id }) => id)
    const many = Array.from({ length: 40 }, (_, nth) => `p${nth}`)
    deepEqual(idsOf(many), many.slice(24))
    deepEqual(idsOf([...many, 'p3', 'p39']), many.slice(23, 39))
    deepEqual(idsOf(['a', 'b', 'a']), ['b'])
    deepEqual(idsOf(['a', 'a']), undefined)
  })

  it('tells no duration in units that make no sense', () => {
    const durationIn = (timescale: string) =>
      firstOf(
        period(`<SegmentTemplate ${timescale} duration="5" media="$Number$.m4s"/><Representation id="v"/>`),
      ).duration
    deepEqual(['', 'timescale="9"', 'timescale="0"', 'timescale="x"'].map(durationIn), [5, 5, null, null])
  })
})
