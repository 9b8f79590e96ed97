import { deepEqual, equal, match } from 'node:assert/strict'
import { readManifest } from './inspect-manifest.ts'
import { createManifestKind } from './manifest-kind.ts'
import { decodeManifest, readableManifest } from './manifest-text.ts'

const declared = (encoding: string, inside = '<MPD/>') =>
  `<?xml version="1.0" encoding="${encoding}"?>\n${inside}`
const wide = (text: string, order: 'le' | 'be', mark = false): Buffer => {
  const bytes = Buffer.from(`${mark ? '\uFEFF' : ''}${text}`, 'utf16le')
  return order === 'be' ? bytes.swap16() : bytes
}

/** Each byte the character that TextDecoder has for it. */
function encoded(text: string, label: string): Buffer {
  const decoder = new TextDecoder(label)
  const bytes = Array.from({ length: 256 }, (_, byte) => decoder.decode(Uint8Array.of(byte)))
  return Buffer.from([...text].map((letter) => bytes.indexOf(letter)))
}

const textOf = (bytes: Buffer, kind: 'mpd' | 'playlist' = 'mpd') => decodeManifest(bytes, kind).text
const faultsOf = (bytes: Buffer, kind: 'mpd' | 'playlist' = 'mpd') =>
  decodeManifest(bytes, kind).faults.map(({ code, message }) => `${code}: ${message}`)

describe('decodeManifest', () => {
  const inside = '<MPD><!-- žluťoučký kůň 💥 --></MPD>'

  it('decodes UTF-8 with and without declaration and byte order mark', () => {
    for (const text of [inside, declared('UTF-8', inside), declared('utf-8', inside)]) {
      equal(textOf(Buffer.from(text)), text)
      equal(textOf(Buffer.from(`\uFEFF${text}`)), text)
    }
  })

  it('decodes UTF-16 in both orders, with and without declaration and byte order mark', () => {
    for (const order of ['le', 'be'] as const) {
      const names = ['UTF-16', 'utf-16', `UTF-16${order.toUpperCase()}`]
      for (const text of [inside, ...names.map((name) => declared(name, inside))]) {
        equal(textOf(wide(text, order, true)), text)
        equal(textOf(wide(text, order)), text)
      }
    }
  })

  it('decodes one-byte encodings by their declared name', () => {
    const samples = [
      ['ISO-8859-2', 'Čeština'],
      ['ISO-8859-5', 'Видео'],
      ['ISO-8859-7', 'βίντεο'],
      ['ISO-8859-15', 'Œuvre 5 €'],
      ['windows-1250', 'źdźbło „x”'],
      ['windows-1251', 'Видео № 1'],
      ['windows-1252', '“naïve” – 5 €'],
      ['windows-1254', 'görüntü'],
      ['windows-1257', 'ąčęė'],
      ['KOI8-R', 'видео'],
    ] as const
    for (const [name, sample] of samples) {
      const text = declared(name, `<MPD id="${sample}"/>`)
      equal(textOf(encoded(text, name)), text, name)
    }
  })

  it('takes each byte of ISO-8859-1 for the character of its number', () => {
    const text = declared('ISO-8859-1', '<MPD id="é\x85"/>')
    equal(textOf(Buffer.from(text, 'latin1')), text)
  })

  it('has a fault for bytes that are not what the declaration says, and says where', () => {
    const latin = Buffer.from(declared('UTF-8', '<MPD id="é"/>'), 'latin1')
    deepEqual(faultsOf(latin), [
      'mpd-malformed: expected text in UTF-8 as it declares, the bytes from 0 to 52 are not in that encoding',
    ])
    match(faultsOf(Buffer.from('<MPD id="é"/>', 'latin1'))[0] ?? '', /expected text in UTF-8, the bytes/)
    match(faultsOf(Buffer.from(declared('us-ascii', '<MPD id="é"/>')))[0] ?? '', /in us-ascii as it declares/)
    match(faultsOf(Buffer.from(declared('UTF-16')))[0] ?? '', /expected text in UTF-16 as it declares/)
    match(faultsOf(wide(declared('UTF-8'), 'le', true))[0] ?? '', /byte order mark says UTF-16LE/)
    match(faultsOf(wide(declared('UTF-16BE'), 'le', true))[0] ?? '', /byte order mark says UTF-16LE/)
    match(faultsOf(Buffer.from(`\uFEFF${declared('ISO-8859-2')}`))[0] ?? '', /byte order mark says UTF-8/)
    match(faultsOf(Buffer.concat([wide('<MPD/>', 'le', true), Buffer.from('x')]))[0] ?? '', /from 0 to 15/)
    // A surrogate without its other half.
    match(faultsOf(wide('<MPD id="\uD800"/>', 'be', true))[0] ?? '', /not in that encoding/)
  })

  it('says of an encoding that Node does not have that this server did not look', () => {
    match(faultsOf(Buffer.from(declared('UTF-7')))[0] ?? '', /^manifest-encoding-unknown: .* declares UTF-7/)
  })

  it('decodes a playlist as UTF-8 only', () => {
    const playlist = '#EXTM3U\n# ž\n'
    equal(textOf(Buffer.from(playlist), 'playlist'), playlist)
    deepEqual(faultsOf(Buffer.from(`\uFEFF${playlist}`), 'playlist'), [
      'playlist-malformed: expected a playlist in UTF-8 without byte order mark, received one',
    ])
    for (const bytes of [
      wide(playlist, 'le', true),
      wide(playlist, 'be'),
      Buffer.from('#EXTM3U\n#\xe9', 'latin1'),
    ])
      match(
        [
          ...faultsOf(bytes, 'playlist'),
          ...readManifest(bytes, 'a.m3u8', 'playlist').faults.map(({ code }) => code),
        ][0] ?? '',
        /^playlist-malformed/,
      )
  })

  it('reads paths in the encoding of their MPD', () => {
    const set =
      '<Period><AdaptationSet><SegmentTemplate initialization="zvuk-č/i.mp4"/><Representation/></AdaptationSet></Period>'
    const bytes = encoded(declared('ISO-8859-2', `<MPD>${set}</MPD>`), 'ISO-8859-2')
    const { mpd } = readManifest(bytes, 'live.mpd', 'mpd')
    equal(mpd?.representations[0]?.initialization, 'zvuk-č/i.mp4')
  })
})

describe('createManifestKind', () => {
  function kindOf(bytes: Buffer, pieceBytes = bytes.length): string {
    const kind = createManifestKind()
    for (let at = 0; at < bytes.length; at += Math.max(1, pieceBytes))
      kind.add(bytes.subarray(at, at + Math.max(1, pieceBytes)))
    return kind.kind()
  }
  const long = `<!-- ${'a - b > <x> '.repeat(10_000)} -->`

  it('finds the root behind comments and instructions of any length', () => {
    const texts = ['<MPD/>', '<MPD>', '<m:MPD a="1">', '<?xml version="1.0"?>\r\n<MPD\n>', `${long}<MPD >`]
    texts.push(`<?xml version="1.0"?>${long}\n<?style ${'x'.repeat(9_000)}?>${long}<MPD>`, ' \n <MPD>')
    for (const text of texts) {
      for (const bytes of [
        Buffer.from(text),
        Buffer.from(`\uFEFF${text}`),
        wide(text, 'le', true),
        wide(text, 'be'),
      ]) {
        equal(kindOf(bytes), text.startsWith(' ') && bytes[1] === 0x20 ? 'other' : 'mpd', text.slice(0, 40))
        if (text.length < 100)
          for (const size of [1, 2, 3, 7]) equal(kindOf(bytes, size), kindOf(bytes), text)
      }
    }
    equal(kindOf(Buffer.from(`${long}<MPD>`), 1_000), 'mpd')
  })

  it('knows playlists, and what is neither', () => {
    for (const text of ['#EXTM3U', '#EXTM3U\n', '\uFEFF#EXTM3U\n'])
      equal(kindOf(Buffer.from(text), 1), 'playlist')
    for (const text of [
      '',
      '#EXT',
      '<html/>',
      '<MPDx>',
      '<!-- <MPD>',
      'MPD',
      '\0\0\0\x18ftyp',
      '<',
      '{}',
      '<!DOCTYPE html>',
    ])
      equal(kindOf(Buffer.from(text)), 'other', text)
    equal(kindOf(Buffer.from('<!DOCTYPE MPD [<!ENTITY a "b">]><MPD/>'), 5), 'mpd')
  })
})

describe('readableManifest', () => {
  const inside = '<MPD><!-- Žluť 5 € --></MPD>'
  const read = (bytes: Buffer, kind: 'mpd' | 'playlist' = 'mpd') => {
    const { text, encoding } = readableManifest(bytes, kind)
    return [text, encoding]
  }

  it('shows what decodeManifest reads, whatever the encoding', () => {
    for (const bytes of [
      Buffer.from(`\uFEFF${inside}`),
      wide(inside, 'be'),
      wide(declared('UTF-16', inside), 'le', true),
      encoded(declared('ISO-8859-15', '<MPD id="5 €"/>'), 'ISO-8859-15'),
      Buffer.from(declared('ISO-8859-1', '<MPD id="\x80é"/>'), 'latin1'),
      Buffer.from(declared('us-ascii')),
    ])
      equal(read(bytes)[0], textOf(bytes))
    deepEqual(read(wide(inside, 'be'))[1], 'utf-16be')
  })

  it('shows what decodeManifest refuses, by its bytes', () => {
    const contradiction = wide(declared('UTF-8', inside), 'le', true)
    deepEqual(read(contradiction), [declared('UTF-8', inside), 'utf-16le'])
    deepEqual(read(Buffer.from(declared('UTF-16', inside))), [declared('UTF-16', inside), 'utf-8'])
    deepEqual(read(Buffer.from(declared('EBCDIC-CP-US', inside))), [
      declared('EBCDIC-CP-US', inside),
      'utf-8',
    ])
    deepEqual(read(wide('#EXTM3U\n', 'le', true), 'playlist'), ['#EXTM3U\n', 'utf-16le'])
    deepEqual(read(Buffer.from('#EXTM3U\n#\xff', 'latin1'), 'playlist'), ['#EXTM3U\n#\uFFFD', 'utf-8'])
  })

  it('shows text that is cut off within a character', () => {
    const bytes = Buffer.from(inside)
    deepEqual(read(bytes.subarray(0, bytes.indexOf('€') + 1))[0], '<MPD><!-- Žluť 5 \uFFFD')
    equal(read(wide(inside, 'le').subarray(0, 9))[0], '<MPD\uFFFD')
  })

  it('takes a name that is no encoding for none', () => {
    for (const name of ['replacement', 'x', 'utf-8-utf-16', 'A'.repeat(40)])
      equal(read(Buffer.from(declared(name, inside)))[0], declared(name, inside))
  })
})
