import { equal, ok } from 'node:assert/strict'
import { inspectManifest } from './inspect-manifest.ts'
import { heavyMpds, heavyPlaylists, hostileMpds, hostilePlaylists } from './mpd/testing/hostile.ts'
import { mutated, seeded } from './mpd/testing/mutated.ts'

const limitMs = 2_000
const limitCharacters = 3_000_000

/** Measured in processor time, because others may be at work on the same machine. */
function inspected(text: string, kind: 'mpd' | 'playlist') {
  const before = process.cpuUsage()
  const inspection = inspectManifest(text, 'session_1/index', kind)
  const { user, system } = process.cpuUsage(before)
  return { inspection, ms: (user + system) / 1_000 }
}

const hostile = [
  ['mpd', hostileMpds],
  ['playlist', hostilePlaylists],
] as const
const heavy = [
  ['mpd', heavyMpds],
  ['playlist', heavyPlaylists],
] as const

describe('inspectManifest', () => {
  for (const [kind, texts] of hostile) {
    for (const [name, text] of Object.entries(texts)) {
      it(`has one fault for a hostile ${kind}: ${name}`, () => {
        const { inspection, ms } = inspected(text, kind)
        equal(inspection[kind], null)
        equal(inspection.faults.length, 1)
        ok(JSON.stringify(inspection.faults).length < 400)
        ok(ms < limitMs, `${ms} ms`)
      })
    }
  }

  for (const [kind, texts] of heavy) {
    for (const [name, text] of Object.entries(texts)) {
      it(`makes few facts in short time of a heavy ${kind}: ${name}`, () => {
        const { inspection, ms } = inspected(text, kind)
        ok(inspection[kind], JSON.stringify(inspection.faults))
        ok(JSON.stringify(inspection).length < limitCharacters)
        ok(ms < limitMs, `${ms} ms`)
      })
    }
  }

  it('passes on what was read, with its path', () => {
    const mpd = inspectManifest(goodMpd, 'session_7/index.mpd', 'mpd')
    equal(mpd.kind, 'mpd')
    equal(mpd.mpd?.representations[0]?.initialization, 'session_7/a/v/i.init')
    const playlist = inspectManifest('#EXTM3U\n#EXTINF:1,\n../a\n', 'index.m3u8', 'playlist')
    equal(playlist.kind, 'playlist')
    equal(playlist.playlist?.leavesStream, true)
  })

  it('gives what is sent no way to a prototype', () => {
    inspected('<MPD __proto__="1"><constructor><prototype polluted="1"/></constructor></MPD>', 'mpd')
    inspected('#EXTM3U\n#EXT-X-MEDIA:TYPE=__proto__,GROUP-ID="polluted",NAME="x"\n', 'playlist')
    equal(({} as Record<string, unknown>).polluted, undefined)
  })

  it('never throws for a damaged manifest', () => {
    const random = seeded(20_261_122)
    for (let round = 0; round < 5_000; round += 1) {
      const kind = round % 2 === 0 ? 'mpd' : 'playlist'
      const text = mutated(kind === 'mpd' ? goodMpd : goodPlaylist, random)
      const { [kind]: facts, faults } = inspectManifest(text, 'session_1/index', kind)
      ok(facts || faults.length > 0, JSON.stringify(text))
      // A throw inside ends in this sentence.
      ok(!faults.some(({ message }) => message.includes('reading it ended in')), JSON.stringify(text))
    }
  })
})

const goodMpd = `<?xml version="1.0"?><MPD type="dynamic" mediaPresentationDuration="PT9S"><BaseURL>a/</BaseURL>
<Period start="PT0S"><AdaptationSet id="0"><SegmentTemplate timescale="90000" initialization="$RepresentationID$/i.init"
media="$RepresentationID$/s_$Number%04d$.m4s" startNumber="1001"><SegmentTimeline><S t="0" d="9" r="-1"/><S d="3" r="2"/>
</SegmentTimeline></SegmentTemplate><Representation id="v" bandwidth="1" codecs="avc1"/><Representation id="w"><SegmentList>
<Initialization sourceURL="i"/><SegmentURL media="a%20b.m4s"/></SegmentList></Representation></AdaptationSet></Period></MPD>`

const goodPlaylist = `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-MEDIA:TYPE=AUDIO,NAME="a",URI="a/b.m3u8"\n#EXT-X-MAP:URI="v.init"
#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1,mp4a"\nv.m3u8\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4.0,\ns.m4s\n#EXT-X-ENDLIST\n`
