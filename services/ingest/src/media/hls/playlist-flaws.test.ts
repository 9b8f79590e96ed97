import { deepEqual, equal, match } from 'node:assert/strict'
import { inspectPlaylist } from './playlist.ts'

const media = (...lines: readonly string[]) =>
  ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:4', '#EXT-X-MAP:URI="v.init"', ...lines, ''].join(
    '\n',
  )
const segment = ['#EXTINF:4.0,', 'segment_1001.m4s']
const variant = ['#EXT-X-STREAM-INF:BANDWIDTH=1', 'v.m3u8']
const named = (group: string) => [`#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="${group}"`, 'v.m3u8']
const multivariant = (...lines: readonly string[]) => ['#EXTM3U', '#EXT-X-VERSION:7', ...lines, ''].join('\n')

const flawsOf = (text: string) =>
  inspectPlaylist(text, 'a.m3u8').playlist?.flaws.map(({ code, message }) => `${code}: ${message}`)
const isClean = (text: string) => deepEqual(flawsOf(text), [])
const lacks = (text: string, code: string, expected: RegExp) => {
  const flaws = flawsOf(text) ?? []
  equal(flaws.length, 1, JSON.stringify(flaws))
  equal(flaws[0]?.split(':')[0], code)
  match(flaws[0] ?? '', expected)
}

describe('the flaws of a playlist', () => {
  it('are none in an initial, a live and a final one', () => {
    isClean(media())
    isClean(media(...segment))
    isClean(media('#EXT-X-PLAYLIST-TYPE:VOD', ...segment, '#EXT-X-ENDLIST'))
    isClean(media(...segment).replaceAll('\n', '\r\n'))
    isClean('#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\na.ts\n#EXTINF:9,x\nb.aac\n')
  })

  it('are none in what HomeKit hubs get', () => {
    const key = '#EXT-X-KEY:METHOD=AES-256-GCM,URI="0000000012344000"'
    isClean(media('#EXT-X-MEDIA-SEQUENCE:1001', '#EXT-X-PLAYLIST-TYPE:EVENT', key, ...segment))
    const session = '#EXT-X-SESSION-KEY:METHOD=AES-256-GCM,URI="0000000012344000"'
    const variant = '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="hvc1.1.6.L120.B0",RESOLUTION=1x1'
    isClean(multivariant('#EXT-X-INDEPENDENT-SEGMENTS', session, variant, 'video/index.m3u8'))
  })

  it('are none where captions are in the video and one playlist is named twice', () => {
    const captions = '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="n",INSTREAM-ID="CC1"'
    const variant = '#EXT-X-STREAM-INF:BANDWIDTH=1'
    const text = multivariant(captions, variant, 'v/a.m3u8', variant, './v/a.m3u8?x')
    isClean(text)
    const { playlist } = inspectPlaylist(text, 'session_1/index.m3u8')
    deepEqual([playlist?.trackCount, playlist?.playlistCount], [3, 1])
  })

  it('are a target duration that is absent, no number or too short', () => {
    const code = 'playlist-target-duration'
    lacks(media(...segment).replace(/#EXT-X-TARGET.*\n/, ''), code, /received none/)
    lacks(media(...segment).replace('ION:4', 'ION:4.0'), code, /whole seconds .* "4\.0"/)
    lacks(media('#EXTINF:4.6,', 'a.m4s'), code, /up to 4 s .* received 4\.6 s in line 5/)
    isClean(media('#EXTINF:4.5,', 'a.m4s'))
  })

  it('are segments and variants that are both absent', () => {
    for (const text of ['#EXTM3U', multivariant(), multivariant('#EXT-X-INDEPENDENT-SEGMENTS', '# x', '')])
      lacks(text, 'playlist-target-duration', /received a playlist that has neither$/)
    lacks('#EXTM3U\n#EXT-X-ENDLIST\n', 'playlist-target-duration', /in a media playlist, received none$/)
  })

  it('are fragmented MP4 without EXT-X-MAP', () => {
    for (const name of ['a.m4s', 'a.mp4?b=c', 'a.cmfv', 'a.CMFA'])
      lacks(media('#EXTINF:4,', name).replace(/#EXT-X-MAP.*\n/, ''), 'playlist-map-absent', /in line 5/)
    lacks(
      media(...segment)
        .replace('#EXT-X-MAP:URI="v.init"\n', '')
        .replace('m4s\n', 'm4s\n#EXT-X-MAP:URI="v"\n'),
      'playlist-map-absent',
      /line 5/,
    )
  })

  it('are segments without EXTINF and EXTINF without URI', () => {
    const code = 'playlist-segment-incomplete'
    lacks(media('a.m4s'), code, /#EXTINF before the URI in line 5/)
    lacks(media('#EXTINF:4,'), code, /a URI after #EXTINF in line 5/)
    lacks(media('#EXTINF:4,', '#EXTINF:4,', 'a.m4s', 'b.m4s'), code, /\(and 1 more like it\)/)
    isClean(media('#EXTINF:4,', '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z', '# x', '', 'a.m4s'))
  })

  it('are versions too low for what is used', () => {
    const code = 'playlist-version-low'
    const at = (version: number, text: string) => text.replace('VERSION:7', `VERSION:${version}`)
    lacks(at(5, media(...segment)), code, /6 or higher because of EXT-X-MAP, received 5/)
    isClean(at(6, media(...segment)))
    const ts = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXTINF:3.5,', 'a.ts', ''].join('\n')
    lacks(ts, code, /3 or higher because of EXTINF with a fraction, received none/)
    lacks(ts.replace('3.5,', '3,\n#EXT-X-BYTERANGE:1@0'), code, /4 or higher because of EXT-X-BYTERANGE/)
    const key = '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1\n#EXT-X-TARGETDURATION:4\n'
    lacks(key, code, /2 or higher because of IV/)
    lacks(key.replace('IV=0x1', 'KEYFORMAT="identity"'), code, /5 or higher/)
    const define = at(7, media('#EXT-X-DEFINE:NAME="a",VALUE="b"'))
    lacks(define, code, /8 or higher because of EXT-X-DEFINE/)
    isClean(at(8, media('#EXT-X-DEFINE:NAME="a",VALUE="b"')))
    lacks(
      at(8, media('#EXT-X-SKIP:SKIPPED-SEGMENTS=3', ...segment)),
      code,
      /9 or higher because of EXT-X-SKIP/,
    )
    lacks(at(9, media()).replace('VERSION:9', 'VERSION:seven'), code, /a whole number .* "seven"/)
    isClean(at(4, media('#EXT-X-I-FRAMES-ONLY')).replace('VERSION:4', 'VERSION:5'))
  })

  it('are attributes and URIs that a tag must have', () => {
    const code = 'playlist-attribute-absent'
    lacks(
      multivariant('#EXT-X-STREAM-INF:CODECS="a"', 'v.m3u8'),
      code,
      /BANDWIDTH in EXT-X-STREAM-INF in line 3/,
    )
    lacks(
      multivariant('#EXT-X-STREAM-INF:BANDWIDTH=1.5', 'v.m3u8'),
      'playlist-value',
      /a whole number in BANDWIDTH in EXT-X-STREAM-INF in line 3, received "1\.5"/,
    )
    lacks(multivariant('#EXT-X-STREAM-INF:BANDWIDTH=1'), code, /a URI after #EXT-X-STREAM-INF in line 3/)
    lacks(multivariant('#EXT-X-MEDIA:TYPE=AUDIO,NAME="n",URI="a.m3u8"'), code, /GROUP-ID/)
    lacks(multivariant('#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="n"'), code, /INSTREAM-ID/)
    lacks(media().replace('URI="v.init"', 'BYTERANGE="1@0"'), code, /URI in EXT-X-MAP/)
    isClean(media('#EXT-X-KEY:METHOD=NONE'))
  })

  it('are attributes that low latency, dates and others must have', () => {
    const code = 'playlist-attribute-absent'
    const parts = '#EXT-X-PART-INF:PART-TARGET=1'
    lacks(media('#EXT-X-PART:DURATION=1,URI="p.m4s"'), code, /EXT-X-PART-INF with the EXT-X-PART of line 5/)
    lacks(media(parts, '#EXT-X-PART:DURATION=1'), code, /URI in EXT-X-PART in line 6/)
    lacks(media('#EXT-X-PART-INF:X=1'), code, /PART-TARGET/)
    lacks(media(parts, '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES'), code, /PART-HOLD-BACK/)
    lacks(media('#EXT-X-DATERANGE:START-DATE="2026-01-01T00:00:00Z"'), code, /ID in EXT-X-DATERANGE/)
    lacks(media('#EXT-X-DATERANGE:ID="a",END-ON-NEXT=YES'), code, /CLASS/)
    lacks(media('#EXT-X-START:PRECISE=YES'), code, /TIME-OFFSET/)
    lacks(media('#EXT-X-KEY:URI="k"'), code, /METHOD/)
    lacks(multivariant('#EXT-X-SESSION-DATA:VALUE="v"', ...variant), code, /DATA-ID/)
    isClean(
      media(
        '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3.0,HOLD-BACK=12,CAN-SKIP-UNTIL=24',
        parts,
        '#EXT-X-PART:DURATION=1.0,URI="p1.m4s",INDEPENDENT=YES',
        ...segment,
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p2.m4s"',
        '#EXT-X-RENDITION-REPORT:URI="../a/index.m3u8",LAST-MSN=1,LAST-PART=0',
      ),
    )
  })

  it('are values of another form', () => {
    const code = 'playlist-value'
    lacks(
      media('#EXT-X-MEDIA-SEQUENCE:one', ...segment),
      code,
      /a whole number in EXT-X-MEDIA-SEQUENCE in line 5/,
    )
    lacks(media('#EXT-X-PLAYLIST-TYPE:LIVE', ...segment), code, /EVENT or VOD/)
    lacks(
      media().replace('"v.init"', 'v.init'),
      code,
      /URI in double quotes in EXT-X-MAP in line 4, received v\.init/,
    )
    lacks(media('#EXT-X-KEY:METHOD=AES128,URI="k"'), code, /AES-128/)
    lacks(media(`#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x${'1'.repeat(33)}`), code, /128 bits/)
    lacks(media('#EXT-X-BYTERANGE:100-200', ...segment), code, /a byte range/)
    lacks(media('#EXT-X-PROGRAM-DATE-TIME:yesterday', ...segment), code, /a time such as/)
    lacks(multivariant('#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=720p', 'v.m3u8'), code, /a size such as/)
    lacks(multivariant('#EXT-X-MEDIA:TYPE=SOUND,GROUP-ID="a",NAME="n"', ...variant), code, /AUDIO, VIDEO/)
    lacks(
      multivariant('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",DEFAULT=TRUE', ...variant),
      code,
      /YES or NO/,
    )
    isClean(media('#EXT-X-PROGRAM-DATE-TIME:2026-01-31T12:00:00.123+0000', ...segment))
    isClean(media('#EXT-X-DEFINE:NAME="a",VALUE="b"', '#EXT-X-MAP:URI="{$a}.mp4"').replace(':7', ':8'))
  })

  it('are sequence numbers behind segments, and byte ranges that begin nowhere', () => {
    const code = 'playlist-contradiction'
    lacks(media(...segment, '#EXT-X-MEDIA-SEQUENCE:1'), code, /EXT-X-MEDIA-SEQUENCE before the first segment/)
    lacks(
      media('#EXT-X-DISCONTINUITY', '#EXT-X-DISCONTINUITY-SEQUENCE:1', ...segment),
      code,
      /before the first EXT-X-DISCONTINUITY/,
    )
    const ranged = (...ranges: string[]) =>
      media(...ranges.flatMap((range) => [`#EXT-X-BYTERANGE:${range}`, '#EXTINF:4,', 'all.m4s']))
    isClean(ranged('10@0', '10', '10'))
    lacks(ranged('10', '10'), code, /an offset in the EXT-X-BYTERANGE of line 5/)
    lacks(ranged('10@0', '10').replace(/all(?=\.m4s\n$)/, 'other'), code, /of line 8/)
  })

  it('are attributes and groups that exclude each other', () => {
    const code = 'playlist-contradiction'
    const rendition = (more: string) => multivariant(`#EXT-X-MEDIA:GROUP-ID="a",NAME="n",${more}`, ...variant)
    lacks(media('#EXT-X-KEY:METHOD=NONE,URI="k"'), code, /METHOD=NONE/)
    lacks(multivariant('#EXT-X-SESSION-KEY:METHOD=NONE', ...variant), code, /a key in EXT-X-SESSION-KEY/)
    lacks(
      multivariant('#EXT-X-SESSION-DATA:DATA-ID="d",VALUE="v",URI="u"', ...variant),
      code,
      /received both/,
    )
    lacks(rendition('TYPE=CLOSED-CAPTIONS,INSTREAM-ID="CC1",URI="c.m3u8"'), code, /no URI/)
    lacks(rendition('TYPE=AUDIO,INSTREAM-ID="CC1"'), code, /no INSTREAM-ID .* AUDIO/)
    lacks(rendition('TYPE=AUDIO,FORCED=YES'), code, /no FORCED/)
    lacks(rendition('TYPE=AUDIO,DEFAULT=YES,AUTOSELECT=NO'), code, /AUTOSELECT=YES/)
    const audio = (name: string, more = '') =>
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="${name}",URI="${name}.m3u8"${more}`
    isClean(multivariant(audio('en', ',DEFAULT=YES'), audio('de'), ...named('a')))
    lacks(multivariant(audio('en'), audio('en'), ...named('a')), code, /a NAME of its own/)
    lacks(
      multivariant(audio('en', ',DEFAULT=YES'), audio('de', ',DEFAULT=YES'), ...named('a')),
      code,
      /one DEFAULT/,
    )
    lacks(multivariant(audio('en'), ...named('b')), code, /type AUDIO and group "b" as line 4 names it/)
    isClean(multivariant('#EXT-X-STREAM-INF:BANDWIDTH=1,CLOSED-CAPTIONS=NONE', 'v.m3u8'))
  })

  it('are parts and waits that are too long or too short', () => {
    const code = 'playlist-contradiction'
    const parts = '#EXT-X-PART-INF:PART-TARGET=1'
    lacks(
      media(parts, '#EXT-X-PART:DURATION=1.5,URI="p"'),
      code,
      /up to 1 s as PART-TARGET says, received 1\.5 s in line 6/,
    )
    isClean(media(parts, '#EXT-X-PART:DURATION=1.0005,URI="p"'))
    lacks(media(parts, '#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=1.5'), code, /PART-HOLD-BACK of at least 2 s/)
    lacks(media('#EXT-X-SERVER-CONTROL:HOLD-BACK=10'), code, /HOLD-BACK of at least 12 s/)
    lacks(media('#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=10'), code, /CAN-SKIP-UNTIL of at least 24 s/)
  })
})
