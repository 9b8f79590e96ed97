import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { createGauge, forAll, fuzzTimeoutMs } from '../testing/fuzz.ts'
import { inspectManifest, readManifest } from './inspect-manifest.ts'
import { createManifestKind } from './manifest-kind.ts'
import { documents, mpds, mutatedOf, playlists, texts } from './mpd/testing/arbitrary.ts'
import { makeManifests, type RealManifests } from './mpd/testing/real-manifests.ts'
import { createPathMatcher } from './path-matcher.ts'

const worstMs = 1_000

describe('inspectManifest with hostile text', function () {
  this.timeout(fuzzTimeoutMs)
  const gauge = createGauge('manifests')
  let real: RealManifests = { mpds: [], playlists: [] }
  before(async () => {
    real = await makeManifests()
    ok(real.mpds.length === 3 && real.playlists.length >= 3)
  })
  after(() => {
    gauge.print()
    ok(gauge.worstMs() < worstMs, `${gauge.worstMs()} ms`)
  })

  for (const kind of ['mpd', 'playlist'] as const) {
    it(`takes any text as ${kind}`, () => forAll(texts, (text) => isSound(text, kind)))
  }

  it('reads every well-formed document', () =>
    forAll(documents, (text) => {
      const { mpd, faults } = isSound(text, 'mpd')
      ok(mpd, JSON.stringify(faults))
    }))

  it('takes MPDs with anything inside', () => forAll(mpds, (text) => isSound(text, 'mpd')))

  it('takes playlists of any lines', () => forAll(playlists, (text) => isSound(text, 'playlist')))

  it('takes real MPDs with changes', () => forAll(mutatedOf(real.mpds), (text) => isSound(text, 'mpd')))

  it('takes real playlists with changes', () =>
    forAll(mutatedOf(real.playlists), (text) => isSound(text, 'playlist')))

  it('takes real manifests cut anywhere, an MPD as a fault', () => {
    forAll(fc.tuple(fc.constantFrom(...real.mpds), fc.nat()), ([text, at]) => {
      equal(isSound(text.slice(0, at % text.trimEnd().length), 'mpd').faults.length, 1)
    })
  })

  it('has a fault for every document type declaration with entities, inside or outside', () => {
    const external = fc.constantFrom(
      'SYSTEM "file:///etc/hostname"',
      'SYSTEM "http://127.0.0.1:9/x"',
      '"lol"',
    )
    const laughs = fc.tuple(external, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 40 }))
    forAll(laughs, ([first, levels, times]) => {
      for (const text of [laughing(first, levels, times), `<!DOCTYPE MPD ${first}><MPD>&l0;</MPD>`]) {
        const { faults, mpd } = isSound(text, 'mpd')
        deepEqual([mpd, faults.length], [null, 1])
      }
    })
  })

  it('takes depth, width and length of any size', () => {
    const sizes = fc.tuple(fc.nat(90), fc.nat(600), fc.nat(6_000))
    forAll(sizes, ([depth, width, length]) => {
      const attributes = Array.from(
        { length: width % 400 },
        (_, at) => ` a${at}="${'x'.repeat(length % 200)}"`,
      )
      const leaf = `<BaseURL${attributes.join('')}>${'../a/'.repeat(length)}</BaseURL>`
      isSound(`<MPD>${'<Period>'.repeat(depth)}${leaf}${'</Period>'.repeat(depth)}</MPD>`, 'mpd')
      isSound(`<MPD>${'<Period><AdaptationSet/></Period>'.repeat(width)}</MPD>`, 'mpd')
    })
  })

  it('takes real manifests in any encoding that they declare, and any bytes', () => {
    const labels = [
      'UTF-8',
      'utf-16',
      'UTF-16LE',
      'UTF-16BE',
      'ISO-8859-2',
      'windows-1251',
      'us-ascii',
      'x',
      '',
    ]
    const inputs = fc.record({
      text: fc.constantFrom(...real.mpds, ...real.playlists),
      label: fc.constantFrom(...labels),
      encoding: fc.constantFrom<BufferEncoding>('utf8', 'utf16le', 'latin1'),
      mark: fc.boolean(),
      bytes: fc.uint8Array({ maxLength: 8 }),
      at: fc.nat(2_000),
    })
    forAll(inputs, ({ text, label, encoding, mark, bytes, at }) => {
      const declared = text.replace(/encoding="[^"]*"/, label === '' ? '' : `encoding="${label}"`)
      const whole = Buffer.from(`${mark && encoding !== 'latin1' ? '\uFEFF' : ''}${declared}`, encoding)
      const damaged = Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)])
      for (const body of [whole, damaged, encoding === 'utf16le' ? Buffer.from(whole).swap16() : damaged]) {
        const kind = createManifestKind()
        for (const piece of [body.subarray(0, at), body.subarray(at)]) kind.add(piece)
        const read = gauge.measure(() =>
          readManifest(body, 'session_1/index', text.startsWith('#') ? 'playlist' : 'mpd'),
        )
        ok(read.mpd || read.playlist || read.faults.length > 0)
        ok(
          read.faults.every(
            ({ message }) => message.length < 300 && !message.includes('reading it ended in'),
          ),
        )
        // What was not damaged is known for what it is.
        if (body === whole) equal(kind.kind(), text.startsWith('#') ? 'playlist' : 'mpd')
      }
    })
  })

  it('finds no flaw in real manifests', () => {
    for (const text of [...real.mpds, ...real.playlists]) {
      const { mpd, playlist } = isSound(text, text.startsWith('#') ? 'playlist' : 'mpd')
      deepEqual((mpd ?? playlist)?.flaws, [])
    }
  })

  /** Facts or faults, both small and the same after a journey as JSON; none of them made by a throw. */
  function isSound(text: string, kind: 'mpd' | 'playlist') {
    const inspection = gauge.measure(() => inspectManifest(text, 'session_1/index', kind))
    const { [kind]: facts, faults } = inspection
    deepEqual(JSON.parse(JSON.stringify(inspection)), inspection)
    ok(facts !== null || faults.length > 0)
    ok(faults.every(({ message }) => message.length < 300 && !message.includes('reading it ended in')))
    ok(JSON.stringify(inspection).length < 3_000_000)
    const flaws = (inspection.mpd ?? inspection.playlist)?.flaws ?? []
    equal(new Set(flaws.map(({ code }) => code)).size, flaws.length)
    ok(
      flaws.every(({ message }) => /^expected .+[^.]$/s.test(message) && message.length < 500),
      JSON.stringify(flaws),
    )
    for (const representation of inspection.mpd?.representations.slice(0, 8) ?? []) {
      createPathMatcher(representation)('session_1/1/000111.m4s')
    }
    return inspection
  }
})

/** Entities that stand for entities. */
function laughing(first: string, levels: number, times: number): string {
  const more = Array.from(
    { length: levels },
    (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(times)}">`,
  )
  return `<!DOCTYPE MPD [<!ENTITY l0 ${first}>${more.join('')}]><MPD type="&l${levels};">&l${levels};</MPD>`
}
