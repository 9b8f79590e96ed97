import fc from 'fast-check'

/** What hurts readers of XML, playlists, URLs, templates and numbers. */
const sharp = [
  '< > /> </ " \' & &amp; &lt; &#65; &#0; &#xD800; &b; <!-- --> ]]> <![CDATA[ <? ?> <!DOCTYPE <!ENTITY = , : # ? % %zz %41 %2e%2e',
  '$ $$ $Number$ $Number%05d$ $Number%099d$ $Time$ $Bandwidth%099d$ $RepresentationID$ .. ../ ./ // \\ http://h/ file:///x data:, C: / ~ __proto__',
  '0 -1 1 1e9 0x10 NaN Infinity 99999999999999999999 0.000001 P1D PT1S PT99999999999H -P1Y xmlns:a a:b MPD Period S',
  '#EXT-X-VERSION:3 #EXT-X-TARGETDURATION:4 #EXT-X-KEY:METHOD= #EXT-X-BYTERANGE:1@0 #EXT-X-I-FRAMES-ONLY .m4s',
  '#EXTM3U #EXTINF: #EXT-X-MAP:URI= #EXT-X-MEDIA: #EXT-X-STREAM-INF:CODECS= #EXT-X-ENDLIST #EXT-X-PLAYLIST-TYPE:VOD',
].flatMap((line) => line.split(' '))
const odd = [
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\uFEFF',
  '\uFFFF',
  '💥',
  'é',
  'a'.repeat(300),
  '../'.repeat(400),
  '/'.repeat(1_100),
]

const token = fc.oneof(
  fc.constantFrom(...sharp, ...odd),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.nat().map(String),
)

/** Anything at all: letters, and what hurts. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(token, { maxLength: 80 }).map((all) => all.join('')),
)

const elements = [
  'MPD Period AdaptationSet Representation BaseURL SegmentTemplate SegmentList SegmentBase SegmentTimeline S SegmentURL',
  'Initialization m:MPD m:Period x period Represantation ContentProtection EssentialProperty',
].flatMap((line) => line.split(' '))
const attributes = [
  'id type start duration timescale media initialization sourceURL startNumber bandwidth codecs mimeType t d r',
  'presentationTimeOffset mediaPresentationDuration availabilityStartTime a:b xlink:href xmlns profiles startnumber',
  'minBufferTime minimumUpdatePeriod',
].flatMap((line) => line.split(' '))
const escaped = (text: string): string => text.replace(/[<&"\uFFFE\uFFFF\p{Cc}\p{Cs}]|\]\]>/gu, '_')

const value = fc.array(token, { maxLength: 4 }).map((all) => escaped(all.join('')))
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .record({
      name: fc.constantFrom(...elements),
      attributes: fc.dictionary(fc.constantFrom(...attributes), value, { maxKeys: 6 }),
      inside: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        value,
        fc.array(tie('element'), { maxLength: 6 }).map((all) => all.join('')),
      ),
    })
    .map(({ name, attributes, inside }) => elementOf(name, attributes, inside)),
}))

/** Well-formed, in any order; an MPD only at its root. */
export const documents: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('', 'type="static"', 'type="dynamic"'), fc.array(element, { maxLength: 6 }))
  .map(([type, inside]) => `<?xml version="1.0"?><MPD ${type}>${inside.join('')}</MPD>`)

function elementOf(name: string, attributes: Readonly<Record<string, string>>, inside: string): string {
  const written = Object.entries(attributes).map(([key, text]) => ` ${key}="${text}"`)
  return `<${name}${written.join('')}>${inside}</${name}>`
}

/** The levels that MPDs have, so that what is inside gets looked at. */
export const mpds: fc.Arbitrary<string> = fc
  .record({
    mpd: fc.array(element, { maxLength: 2 }),
    period: fc.array(element, { maxLength: 2 }),
    set: fc.array(element, { maxLength: 3 }),
    representation: fc.array(element, { maxLength: 3 }),
    id: value,
  })
  .map(
    ({ mpd, period, set, representation, id }) =>
      `<MPD>${mpd.join('')}<Period>${period.join('')}<AdaptationSet>${set.join('')}` +
      `<Representation id="${id}">${representation.join('')}</Representation></AdaptationSet></Period></MPD>`,
  )

/** Lines that playlists have, in any order. */
export const playlists: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom('', ...sharp.filter((text) => text.startsWith('#'))), texts), {
    maxLength: 30,
  })
  .map((lines) => ['#EXTM3U', ...lines.map(([tag, text]) => tag + text.slice(0, 200))].join('\n'))

const change = fc.record({
  kind: fc.constantFrom('insert', 'remove', 'double', 'swap', 'value'),
  at: fc.nat(2 ** 20),
  length: fc.nat(60),
  text: fc.array(token, { maxLength: 3 }).map((all) => all.join('')),
})
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

/** One of some real manifests with up to six changes. */
export const mutatedOf = (manifests: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...manifests), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([manifest, changes]) => changes.reduce(changed, manifest))

function changed(manifest: string, { kind, at, length, text }: Change): string {
  if (kind === 'value') return withOtherValue(manifest, at, text)
  const place = at % (manifest.length + 1)
  const [before, after] = [manifest.slice(0, place), manifest.slice(place)]
  const taken = after.slice(0, length)
  if (kind === 'insert') return before + text + after
  if (kind === 'remove') return before + after.slice(length)
  return kind === 'double' ? before + taken + after : before + text + after.slice(length) + taken
}

/** Only between quotes, where a text stays well-formed. */
function withOtherValue(manifest: string, at: number, text: string): string {
  const values = [...manifest.matchAll(/"[^"<]*"/g)]
  const found = values[at % Math.max(1, values.length)]
  if (!found) return manifest
  return `${manifest.slice(0, found.index)}"${escaped(text)}"${manifest.slice(found.index + found[0].length)}`
}
