import { deepEqual, equal, ok } from 'node:assert/strict'
import { inspectPlaylist } from './playlist.ts'

function factsOf(text: string, path = 'session_1/index.m3u8') {
  const { playlist, faults } = inspectPlaylist(text, path)
  deepEqual(faults, [])
  ok(playlist)
  return playlist
}

const multivariant = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="one, two",URI="audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="avc1.42c01f,mp4a.40.2",AUDIO="a"
video/index.m3u8
`
const initial = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:1001
#EXT-X-MAP:URI="video.init"
`
const final = `${initial}#EXT-X-PLAYLIST-TYPE:VOD
#EXTINF:4.000,
segment_1001.m4s
#EXTINF:3.5
segment_1002.m4s
#EXT-X-ENDLIST
`

describe('inspectPlaylist', () => {
  it('reads a multivariant playlist', () => {
    deepEqual(factsOf(multivariant), {
      kind: 'multivariant',
      trackCount: 2,
      playlistCount: 2,
      uris: ['audio/index.m3u8', 'video/index.m3u8'],
      codecs: ['avc1.42c01f', 'mp4a.40.2'],
      map: null,
      maps: [],
      parts: [],
      playlistType: null,
      hasEndList: false,
      durations: [],
      extinfCount: 0,
      segmentCount: 0,
      mediaSequence: 0,
      flaws: [],
      hasAbsoluteUrl: false,
      leavesStream: false,
    })
  })

  it('reads a first media playlist, whose EXT-X-MEDIA-SEQUENCE is no track', () => {
    const facts = factsOf(initial)
    deepEqual([facts.kind, facts.trackCount, facts.map], ['media', 0, 'video.init'])
    deepEqual(
      [facts.playlistType, facts.hasEndList, facts.extinfCount, facts.segmentCount],
      [null, false, 0, 0],
    )
  })

  it('reads a last media playlist', () => {
    const facts = factsOf(final)
    deepEqual(facts.uris, ['segment_1001.m4s', 'segment_1002.m4s'])
    deepEqual(facts.durations, [4, 3.5])
    deepEqual(
      [facts.playlistType, facts.hasEndList, facts.extinfCount, facts.segmentCount],
      ['VOD', true, 2, 2],
    )
  })

  it('reads every EXT-X-MAP once, and the parts', () => {
    const maps = ['a.mp4', 'b.mp4', 'a.mp4'].map((uri) => `#EXT-X-MAP:URI="${uri}"\n#EXTINF:4,\n1.m4s\n`)
    const parts = '#EXT-X-PART:DURATION=0.5,URI="2.1.m4s"\n#EXT-X-PART:DURATION=0.5,URI="2.2.m4s"\n'
    const facts = factsOf(`#EXTM3U\n${maps.join('')}${parts}`)
    deepEqual([facts.map, facts.maps, facts.parts], ['a.mp4', ['a.mp4', 'b.mp4'], ['2.1.m4s', '2.2.m4s']])
  })

  it('takes CRLF, a byte order mark, blank lines, comments, unknown tags and half-known ones', () => {
    const odd = `\uFEFF\n#EXTM3U \r\n#x\r\n\r\n#EXT-X-FOO:1\r\n#EXT-X-MEDIASEQ\r\n${final.slice(8).replaceAll('\n', '\r\n')}`
    deepEqual(factsOf(odd), factsOf(final))
  })

  it('counts every track line, also a repeated and an empty one', () => {
    const line = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n"\n'
    equal(factsOf(`#EXTM3U\n${line}${line}#EXT-X-MEDIA:\n#EXT-X-STREAM-INF:\n`).trackCount, 4)
  })

  it('takes only the line behind EXT-X-STREAM-INF for a variant', () => {
    const facts = factsOf('#EXTM3U\n#EXT-X-STREAM-INF:\n#x\na.m3u8\nb.m3u8\n')
    deepEqual([facts.uris, facts.segmentCount], [['a.m3u8', 'b.m3u8'], 1])
  })

  it('reads attributes outside of quotes only', () => {
    const facts = factsOf('#EXTM3U\n#EXT-X-MEDIA:NAME="x,URI=no",XURI="no",URI="yes"\n')
    deepEqual(facts.uris, ['yes'])
  })

  it('reports URIs that lead out of the stream', () => {
    const leading = (uri: string) => {
      const { hasAbsoluteUrl, leavesStream } = factsOf(`#EXTM3U\n#EXTINF:1,\n${uri}\n`)
      return [hasAbsoluteUrl, leavesStream]
    }
    deepEqual(leading('a.m4s'), [false, false])
    deepEqual(leading('https://example/a.m4s'), [true, false])
    deepEqual(leading('../../a.m4s'), [false, true])
  })

  it('has a fault for text that is no playlist', () => {
    for (const text of ['', '#EXTM3U8\n', '#EXTINF:4,\na', '<MPD/>', '#extm3u', '#EXTM3U\n\0']) {
      const { playlist, faults } = inspectPlaylist(text, 'index.m3u8')
      equal(playlist, null, text)
      equal(faults[0]?.code, 'playlist-malformed')
    }
  })

  it('has one fault for durations that are no decimals and leaves them out', () => {
    const { playlist, faults } = inspectPlaylist(
      '#EXTM3U\n#EXTINF:nan,\na\n#EXTINF:-1\nb\n#EXTINF:2,\nc',
      'i.m3u8',
    )
    deepEqual(playlist?.durations, [2])
    equal(playlist?.extinfCount, 3)
    deepEqual(faults, [
      { code: 'playlist-malformed', message: 'expected a decimal after #EXTINF: in line 2' },
    ])
  })

  it('has a fault for segments and variants in one playlist', () => {
    const { faults } = inspectPlaylist(`${multivariant}#EXTINF:4,\na.m4s\n`, 'index.m3u8')
    equal(faults.length, 1)
  })

  it('leaves out segments that are said to be missing', () => {
    const facts = factsOf(
      '#EXTM3U\n#EXTINF:4,\n1.m4s\n#EXT-X-GAP\n#EXTINF:3,\n2.m4s\n#EXTINF:2,\n#EXT-X-GAP\n3.m4s\n#EXTINF:1,\n4.m4s\n',
    )
    deepEqual([facts.uris, facts.durations, facts.segmentCount], [['1.m4s', '4.m4s'], [4, 1], 2])
  })

  it('fills in the variables that it defines, and knows no place of others', () => {
    const facts = factsOf(
      '#EXTM3U\n#EXT-X-DEFINE:NAME="at",VALUE="video"\n#EXT-X-DEFINE:IMPORT="x"\n#EXT-X-MAP:URI="{$at}/i.mp4"\n#EXTINF:4,\n{$at}/{$at}1.m4s\n#EXTINF:4,\n{$x}2.m4s\n',
    )
    deepEqual([facts.maps, facts.uris, facts.segmentCount], [['video/i.mp4'], ['video/video1.m4s'], 2])
  })

  it('stays small where variables would make it grow', () => {
    const line = '#EXTINF:1,\n'.concat('{$v}'.repeat(10_000), '\n')
    const define = `#EXT-X-DEFINE:NAME="v",VALUE="${'x'.repeat(256)}"\n`
    const { uris } = factsOf(`#EXTM3U\n${define}${line.repeat(50)}`)
    ok(uris.every((uri) => uri.length <= 1_024))
  })

  it('has a fault for a tag that may stand once', () => {
    for (const tag of ['VERSION:7', 'TARGETDURATION:9', 'MEDIA-SEQUENCE:1', 'ENDLIST', 'PLAYLIST-TYPE:VOD']) {
      const text = `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-${tag}\n#EXT-X-${tag}\n#EXTINF:4,\n1.ts\n`
      const { faults, playlist } = inspectPlaylist(text, 'a.m3u8')
      deepEqual([faults.length, playlist?.flaws.length], [1, 0])
      equal(
        faults[0]?.message.includes(`once, received another in line ${tag === 'TARGETDURATION:9' ? 3 : 4}`),
        true,
      )
    }
  })

  it('keeps facts small', () => {
    const facts = factsOf(`#EXTM3U\n${'#EXTINF:1,\na\n'.repeat(20_000)}`)
    deepEqual([facts.uris.length, facts.durations.length], [10_000, 10_000])
    deepEqual([facts.extinfCount, facts.segmentCount], [20_000, 20_000])
  })

  it('tells the target duration and where discontinuities are, gaps counted', () => {
    const segment = (nth: number, ...tags: string[]) => [...tags, '#EXTINF:4,', `${nth}.m4s`]
    const text = [
      ...['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXT-X-DISCONTINUITY-SEQUENCE:7'],
      ...segment(1, '#EXT-X-GAP'),
      ...segment(2, '#EXT-X-DISCONTINUITY', '#EXT-X-DISCONTINUITY'),
      ...['#EXTINF:4,', '#EXT-X-DISCONTINUITY', '3.m4s'],
    ]
    const facts = factsOf(text.join('\n'))
    deepEqual([facts.targetDuration, facts.discontinuitySequence, facts.discontinuities], [4, 7, [1, 2]])
    const bare = factsOf('#EXTM3U\n#EXTINF:4,\n1.m4s\n')
    deepEqual(
      [bare.targetDuration, bare.discontinuitySequence, bare.discontinuities],
      Array(3).fill(undefined),
    )
  })

  it('has no control characters', () => {
    const faultsIn = (title: string) =>
      inspectPlaylist(`#EXTM3U\r\n#EXTINF:4,${title}\r\n1.m4s\r\n`, 'a.m3u8').faults
    deepEqual(faultsIn('caf\u00e9 \u3042\t'), [])
    for (const control of ['\u0007', '\u0085', '\u007f'])
      deepEqual(
        faultsIn(`a${control}b`).map(({ code }) => code),
        ['playlist-malformed'],
      )
    deepEqual(
      faultsIn('a\u0007')[0]?.message,
      'expected no control characters but CR and LF, received U+0007 in line 2',
    )
  })
})
