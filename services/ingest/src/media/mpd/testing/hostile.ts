const mebibyte = 1_048_576

/** One piece again and again, up to a MiB. */
const filled = (start: string, piece: string, end = '') =>
  start + piece.repeat(Math.floor((mebibyte - start.length - end.length) / piece.length)) + end

const laughs = Array.from(
  { length: 9 },
  (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
)
const attributes = Array.from({ length: 300_000 }, (_, index) => `a${index}="1"`).join(' ')

/** Each is no MPD, or has more than one may have; the largest has 3 MiB. */
export const hostileMpds: Readonly<Record<string, string>> = {
  nothing: '',
  spaces: filled('', ' '),
  'no root': '<?xml version="1.0"?><!-- nothing -->',
  'another root': '<html/>',
  'two roots': '<MPD/><MPD/>',
  'a billion laughs': `<!DOCTYPE MPD [<!ENTITY l0 "lol">${laughs.join('')}]><MPD type="&l9;">&l9;</MPD>`,
  'an external entity': '<!DOCTYPE MPD [<!ENTITY x SYSTEM "file:///etc/hostname">]><MPD>&x;</MPD>',
  'an external DTD': '<!DOCTYPE MPD SYSTEM "http://localhost/x.dtd"><MPD>&x;</MPD>',
  'a DTD without end': filled('<!DOCTYPE MPD [', '<!ELEMENT a ANY>'),
  'a DTD of quotes': filled('<!DOCTYPE MPD [<!ELEMENT a ', '""'),
  '300 000 attributes': `<MPD ${attributes}/>`,
  '100 000 nested elements': `<MPD>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</MPD>`,
  '350 000 open elements': filled('', '<a>'),
  '__proto__ as an element': '<MPD><__proto__ polluted="1"/></MPD>',
  'UTF-16': Buffer.from('<?xml version="1.0" encoding="UTF-16"?><MPD/>', 'utf16le').toString('utf8'),
  'a NUL': '<MPD>\0</MPD>',
  media: filled('\0\0\0\x18ftypiso6', '\x7f\uFFFD\x01'),
  garbage: filled('', 'q8/!x<&;"'),
  'only <': filled('', '<'),
  'only >': filled('<MPD>', '>'),
  'only <!': filled('', '<!'),
  'comments that never end': filled('', '<!--'),
  instructions: filled('<MPD>', '<?a?>', '</MPD>'),
  'quotes that never end': filled('', '<a b="'),
  'one tag': filled('<MPD ', 'a'),
  'half entities': filled('<MPD>', '&amp', '</MPD>'),
  'segments without end': filled('<MPD>', '<S d="1"/>', '</MPD>'),
}

const inherited = (start: string, piece: string, end: string) =>
  set(`${start}${piece.repeat(19_000)}${end}${'<Representation/>'.repeat(256)}`)
const ids = '$RepresentationID$'.repeat(440)
const set = (inside: string) => `<MPD><Period><AdaptationSet>${inside}</AdaptationSet></Period></MPD>`

/** Well-formed, as large as may be, and made to be slow. */
export const heavyMpds: Readonly<Record<string, string>> = {
  'one text': filled('<MPD>', 'x ', '</MPD>'),
  'one BaseURL': filled('<MPD><BaseURL>', '../', '</BaseURL></MPD>'),
  'one BaseURL of entities': filled('<MPD><BaseURL>', '&lt;', '</BaseURL></MPD>'),
  'one comment': filled('<MPD><!--', '- ', '--></MPD>'),
  'a timeline for 256 representations': inherited(
    '<SegmentTemplate><SegmentTimeline>',
    '<S d="1"/>',
    '</SegmentTimeline></SegmentTemplate>',
  ),
  'a list for 256 representations': inherited(
    '<SegmentList>',
    `<SegmentURL media="${'a/'.repeat(12)}"/>`,
    '</SegmentList>',
  ),
  '19 000 representations': set(`${'<Representation/>'.repeat(19_000)}<SegmentTemplate media="$Number$"/>`),
  'ids that a template multiplies': set(
    `<SegmentTemplate initialization="${ids}" media="${ids}"/>${`<Representation id="${'$'.repeat(256)}"/>`.repeat(256)}`,
  ),
  '9 000 BaseURLs': `<MPD>${`<BaseURL>${'a/'.repeat(16)}</BaseURL>`.repeat(9_000)}<Period/></MPD>`,
}

export const hostilePlaylists: Readonly<Record<string, string>> = {
  nothing: '',
  spaces: filled('', ' '),
  garbage: filled('', 'q8/!x\n'),
  media: filled('\0\0\0\x18ftypiso6', '\x7f\uFFFD\x01'),
  'a NUL': '#EXTM3U\n\0',
}

export const heavyPlaylists: Readonly<Record<string, string>> = {
  'empty lines': filled('#EXTM3U\n', '\n'),
  files: filled('#EXTM3U\n', 'a\n'),
  'one line': filled('#EXTM3U\n', '../'),
  tracks: filled('#EXTM3U\n', '#EXT-X-MEDIA:\n'),
  'one list of attributes': filled('#EXTM3U\n#EXT-X-MEDIA:', 'A=1,'),
  'one name': filled('#EXTM3U\n#EXT-X-MEDIA:', 'A'),
  'open quotes': filled('#EXTM3U\n#EXT-X-MEDIA:', ',A="'),
  commas: filled('#EXTM3U\n#EXT-X-MEDIA:', ','),
  codecs: filled('#EXTM3U\n#EXT-X-STREAM-INF:CODECS="', 'a,', '"'),
  durations: filled('#EXTM3U\n', '#EXTINF:1\n'),
  'one duration': filled('#EXTM3U\n#EXTINF:', '1'),
}
