/** Media that no camera would send, and the finding that it must get. */
export interface Hostile {
  readonly path: string
  readonly body: Buffer
  /** A code that must be among its findings. */
  readonly code: string
}

const mebibyte = 2 ** 20

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [at, value] of values.entries()) bytes.writeInt32BE(value | 0, 4 * at)
  return bytes
}

const box = (type: string, ...inside: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(inside)
  return Buffer.concat([words(8 + body.length), Buffer.from(type, 'latin1'), body])
}

const claiming = (size: number, bytes: Buffer): Buffer => Buffer.concat([words(size), bytes.subarray(4)])

const times = (count: number, bytes: Buffer): Buffer => Buffer.alloc(count * bytes.length, bytes)

const mfhd = box('mfhd', words(0, 1))
const tfhd = box('tfhd', words(0x2_0000, 1))
const tfdt = box('tfdt', words(0x0100_0000, 0, 0))
const mdat = box('mdat', Buffer.alloc(100))

/** One sample with a data offset and a size. */
const segment = (offset: number, size: number): Buffer =>
  Buffer.concat([
    box('moof', mfhd, box('traf', tfhd, tfdt, box('trun', words(0x201, 1, offset, size)))),
    mdat,
  ])

/** Nested boxes, each the only content of the one around it. */
const nested = (types: readonly string[], depth: number): Buffer =>
  Buffer.concat(
    Array.from({ length: depth }, (_, at) =>
      claiming(8 * (depth - at), box(types[at % types.length] ?? 'moov')),
    ),
  )

const hostileBoxes: Readonly<Record<string, Hostile>> = {
  'a moof that claims 4 GiB': {
    path: 'v/claims-4gib.cmfv',
    body: claiming(0xffff_ffff, segment(100, 1)),
    code: 'box-malformed',
  },
  'a moof that claims an exabyte': {
    path: 'v/claims-exabyte.cmfv',
    body: Buffer.concat([words(1), Buffer.from('moof'), words(0x1000_0000, 0), mfhd]),
    code: 'box-malformed',
  },
  'a trun that claims 4 billion samples': {
    path: 'v/claims-samples.cmfv',
    body: box('moof', mfhd, box('traf', tfhd, box('trun', words(0xf01, -1, 0)))),
    code: 'box-malformed',
  },
  'samples of no bytes': { path: 'v/empty-samples.cmfv', body: segment(100, 0), code: 'box-malformed' },
  'a negative data offset': { path: 'v/negative.cmfv', body: segment(-1_000, 100), code: 'box-malformed' },
  'containers of a moov 100 000 deep': {
    path: 'v/deep-moov.cmfv',
    body: nested(['moov', 'trak', 'mdia', 'minf', 'stbl'], 100_000),
    code: 'box-malformed',
  },
  'a moof 100 000 deep': {
    path: 'v/deep-moof.cmfv',
    body: nested(['moof', 'traf'], 100_000),
    code: 'box-malformed',
  },
  '300 000 moofs of no content': {
    path: 'v/hollow.cmfv',
    body: times(300_000, box('moof')),
    code: 'box-malformed',
  },
  '4 MiB of boxes of eight bytes': {
    path: 'v/tiny.cmfv',
    body: times(mebibyte / 2, box('free')),
    code: 'media-not-isobmff',
  },
  '40 000 trafs in a moof, none of them whole': {
    path: 'v/trafs.cmfv',
    body: box('moof', mfhd, times(40_000, box('traf', box('tfhd')))),
    code: 'box-malformed',
  },
}

const laughs = Array.from(
  { length: 9 },
  (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
)
const mpd = (inside: string): Buffer =>
  Buffer.from(`<?xml version="1.0"?>\n<MPD type="static">${inside}</MPD>`)
const set = (inside: string): Buffer => mpd(`<Period><AdaptationSet>${inside}</AdaptationSet></Period>`)
const ids = '$RepresentationID$'.repeat(440)

const hostileManifests: Readonly<Record<string, Hostile>> = {
  'an MPD of 10 MB': {
    path: 'large.mpd',
    body: mpd(`<!-- ${'long '.repeat(2_000_000)} -->`),
    code: 'manifest-too-large',
  },
  'a billion laughs': {
    path: 'laughs.mpd',
    body: Buffer.from(`<!DOCTYPE MPD [<!ENTITY l0 "lol">${laughs.join('')}]><MPD type="&l9;">&l9;</MPD>`),
    code: 'manifest-too-large',
  },
  'an external entity': {
    path: 'external.mpd',
    body: Buffer.from('<!DOCTYPE MPD [<!ENTITY x SYSTEM "file:///etc/hostname">]><MPD>&x;</MPD>'),
    code: 'manifest-too-large',
  },
  '100 000 elements in each other': {
    path: 'deep.mpd',
    body: mpd(`${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`),
    code: 'manifest-too-large',
  },
  'an MPD that names 100 000 representations': {
    path: 'representations.mpd',
    body: set(Array.from({ length: 100_000 }, (_, at) => `<Representation id="${at}"/>`).join('')),
    code: 'manifest-too-large',
  },
  'ids that a template multiplies': {
    path: 'multiplied.mpd',
    body: set(
      `<SegmentTemplate initialization="${ids}" media="${ids}"/>${`<Representation id="${'$'.repeat(256)}"/>`.repeat(256)}`,
    ),
    code: 'mpd-template',
  },
  'a playlist of 10 MB': {
    path: 'large.m3u8',
    body: Buffer.from(`#EXTM3U\n${'#EXTINF:1,\na.m4s\n'.repeat(600_000)}`),
    code: 'manifest-too-large',
  },
}

/** Hostile media by a name. */
export const hostileMedia: Readonly<Record<string, Hostile>> = { ...hostileBoxes, ...hostileManifests }

/** The smallest segment that counts as media of a track. */
export const bareSegment: Buffer = segment(100, 1)
