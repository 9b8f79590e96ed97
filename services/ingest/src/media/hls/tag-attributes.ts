import { type Attributes, attributeOf } from './attribute-list.ts'
import { hasVariable } from './playlist-variables.ts'

/** What the value of an attribute or tag may be. */
export type Form = readonly [pattern: RegExp, expected: string]

/** Attributes of one tag: those that it must have, and the forms of those that have one. */
interface TagAttributes {
  readonly required: readonly string[]
  readonly forms: Readonly<Record<string, Form>>
}

export const whole: Form = [/^\d{1,20}$/, 'a whole number']
const seconds: Form = [/^\d{1,12}(\.\d{0,20})?$/, 'seconds as a decimal']
const offset: Form = [/^-?\d{1,12}(\.\d{0,20})?$/, 'seconds as a decimal']
const choice: Form = [/^(YES|NO)$/, 'YES or NO']
export const range: Form = [/^\d{1,15}(@\d{1,15})?$/, 'a byte range such as 1024@0']
/** Seconds may be left out, and the colon of the zone. */
export const time: Form = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,20})?)?(Z|[+-]\d\d(:?\d\d)?)?$/i,
  'a time such as 2026-01-31T12:00:00Z',
]
const size: Form = [/^\d{1,9}x\d{1,9}$/, 'a size such as 1280x720']
const method: Form = [
  /^(NONE|AES-128|SAMPLE-AES|SAMPLE-AES-CTR|SAMPLE-AES-CENC|AES-256-GCM)$/,
  'NONE, AES-128, SAMPLE-AES or SAMPLE-AES-CTR',
]
const vector: Form = [/^0x[0-9a-f]{1,32}$/i, '128 bits such as 0x1F']
const mediaType: Form = [
  /^(AUDIO|VIDEO|SUBTITLES|CLOSED-CAPTIONS)$/,
  'AUDIO, VIDEO, SUBTITLES or CLOSED-CAPTIONS',
]
const channel: Form = [/^(CC[1-4]|SERVICE([1-9]|[1-5]\d|6[0-3]))$/, 'CC1 to CC4 or SERVICE1 to SERVICE63']

const key = { required: ['METHOD'], forms: { METHOD: method, IV: vector } }
const variant = {
  BANDWIDTH: whole,
  'AVERAGE-BANDWIDTH': whole,
  RESOLUTION: size,
  'FRAME-RATE': seconds,
}

/** RFC 8216, 4.3, and its second edition, 4.4. */
const tags: ReadonlyMap<string, TagAttributes> = new Map<string, TagAttributes>([
  ['#EXT-X-STREAM-INF', { required: ['BANDWIDTH'], forms: variant }],
  ['#EXT-X-I-FRAME-STREAM-INF', { required: ['BANDWIDTH', 'URI'], forms: variant }],
  [
    '#EXT-X-MEDIA',
    {
      required: ['TYPE', 'GROUP-ID', 'NAME'],
      forms: {
        TYPE: mediaType,
        DEFAULT: choice,
        AUTOSELECT: choice,
        FORCED: choice,
        'INSTREAM-ID': channel,
      },
    },
  ],
  ['#EXT-X-MAP', { required: ['URI'], forms: { BYTERANGE: range } }],
  ['#EXT-X-KEY', key],
  ['#EXT-X-SESSION-KEY', key],
  ['#EXT-X-SESSION-DATA', { required: ['DATA-ID'], forms: {} }],
  ['#EXT-X-START', { required: ['TIME-OFFSET'], forms: { 'TIME-OFFSET': offset, PRECISE: choice } }],
  [
    '#EXT-X-DATERANGE',
    {
      required: ['ID'],
      forms: { 'START-DATE': time, 'END-DATE': time, DURATION: seconds, 'PLANNED-DURATION': seconds },
    },
  ],
  ['#EXT-X-PART-INF', { required: ['PART-TARGET'], forms: { 'PART-TARGET': seconds } }],
  [
    '#EXT-X-PART',
    {
      required: ['DURATION', 'URI'],
      forms: { DURATION: seconds, INDEPENDENT: choice, GAP: choice, BYTERANGE: range },
    },
  ],
  [
    '#EXT-X-SERVER-CONTROL',
    {
      required: [],
      forms: {
        'CAN-BLOCK-RELOAD': choice,
        'CAN-SKIP-UNTIL': seconds,
        'HOLD-BACK': seconds,
        'PART-HOLD-BACK': seconds,
      },
    },
  ],
  ['#EXT-X-PRELOAD-HINT', { required: ['TYPE', 'URI'], forms: { TYPE: [/^(PART|MAP)$/, 'PART or MAP'] } }],
  ['#EXT-X-RENDITION-REPORT', { required: ['URI'], forms: { 'LAST-MSN': whole, 'LAST-PART': whole } }],
  ['#EXT-X-SKIP', { required: ['SKIPPED-SEGMENTS'], forms: { 'SKIPPED-SEGMENTS': whole } }],
  ['#EXT-X-CONTENT-STEERING', { required: ['SERVER-URI'], forms: {} }],
])

/** Whether a tag has an attribute list. */
export const hasAttributes = (tag: string): boolean => tags.has(tag) || tag === '#EXT-X-DEFINE'

/** Values that are quoted strings wherever they stand (4.2). */
const quoted = new Set(
  'URI GROUP-ID NAME LANGUAGE ASSOC-LANGUAGE CODECS AUDIO VIDEO SUBTITLES KEYFORMAT KEYFORMATVERSIONS CHARACTERISTICS CHANNELS INSTREAM-ID DATA-ID SERVER-URI'.split(
    ' ',
  ),
)

/** What is wrong with the attributes of one tag: each as a code and what was expected and received, without the place. */
export function* attributeFaults(tag: string, attributes: Attributes): Generator<AttributeFault> {
  const rule = tags.get(tag)
  if (!rule) return
  for (const name of [...rule.required, ...furtherRequired(tag, attributes)])
    if (!attributes.has(name)) yield ['playlist-attribute-absent', name, 'none']
  for (const [name, { value, isQuoted }] of attributes) {
    if (quoted.has(name) && !isQuoted) {
      yield ['playlist-value', `${name} in double quotes`, `${value.slice(0, 40)} without`]
      continue
    }
    const form = Object.hasOwn(rule.forms, name) ? rule.forms[name] : undefined
    if (!form || hasVariable(value) || form[0].test(value)) continue
    yield ['playlist-value', `${form[1]} in ${name}`, JSON.stringify(value.slice(0, 40))]
  }
}

type AttributeFault = readonly [
  code: 'playlist-attribute-absent' | 'playlist-value',
  expected: string,
  received: string,
]

/** Attributes that a tag must have because of another one. */
function furtherRequired(tag: string, attributes: Attributes): readonly string[] {
  if (tag === '#EXT-X-MEDIA') {
    const type = attributeOf(attributes, 'TYPE')
    return type === 'CLOSED-CAPTIONS' ? ['INSTREAM-ID'] : type === 'SUBTITLES' ? ['URI'] : []
  }
  if (tag === '#EXT-X-DATERANGE') return attributes.has('END-ON-NEXT') ? ['CLASS'] : []
  const isKey = tag === '#EXT-X-KEY' || tag === '#EXT-X-SESSION-KEY'
  return isKey && attributeOf(attributes, 'METHOD') !== 'NONE' ? ['URI'] : []
}

/** Attributes of one tag that exclude each other, in words; null for none. */
export function exclusionIn(tag: string, attributes: Attributes): string | null {
  const has = (name: string) => attributes.has(name)
  const textOf = (name: string) => attributeOf(attributes, name)
  switch (tag) {
    case '#EXT-X-KEY':
      if (textOf('METHOD') !== 'NONE' || attributes.size < 2) return null
      return 'expected no attribute beside METHOD=NONE in EXT-X-KEY, received others'
    case '#EXT-X-SESSION-KEY':
      return textOf('METHOD') === 'NONE' ? 'expected a key in EXT-X-SESSION-KEY, received METHOD=NONE' : null
    case '#EXT-X-SESSION-DATA':
      return has('VALUE') === has('URI')
        ? `expected VALUE or URI in EXT-X-SESSION-DATA, received ${has('VALUE') ? 'both' : 'neither'}`
        : null
    case '#EXT-X-DEFINE': {
      const count = ['NAME', 'IMPORT', 'QUERYPARAM'].filter(has).length
      if (count !== 1) return `expected one of NAME, IMPORT and QUERYPARAM in EXT-X-DEFINE, received ${count}`
      return has('NAME') === has('VALUE')
        ? null
        : 'expected NAME with VALUE in EXT-X-DEFINE, received one of them'
    }
    case '#EXT-X-DATERANGE':
      return has('END-ON-NEXT') && (has('DURATION') || has('END-DATE'))
        ? 'expected no DURATION and no END-DATE beside END-ON-NEXT in EXT-X-DATERANGE, received one'
        : null
    case '#EXT-X-MEDIA':
      return renditionExclusion(textOf('TYPE'), attributes)
    default:
      return null
  }
}

function renditionExclusion(type: string | null, attributes: Attributes): string | null {
  const isCaptions = type === 'CLOSED-CAPTIONS'
  if (isCaptions && attributes.has('URI'))
    return 'expected no URI in EXT-X-MEDIA of type CLOSED-CAPTIONS, received one'
  if (!isCaptions && type !== null && attributes.has('INSTREAM-ID'))
    return `expected no INSTREAM-ID in EXT-X-MEDIA of type ${type.slice(0, 40)}, received one`
  if (type !== 'SUBTITLES' && type !== null && attributes.has('FORCED'))
    return `expected no FORCED in EXT-X-MEDIA of type ${type.slice(0, 40)}, received one`
  const isHidden =
    attributeOf(attributes, 'DEFAULT') === 'YES' && attributeOf(attributes, 'AUTOSELECT') === 'NO'
  return isHidden ? 'expected AUTOSELECT=YES beside DEFAULT=YES in EXT-X-MEDIA, received NO' : null
}

/** A duration of EXTINF, its digits after the point second (RFC 8216, 4.3.2.1). */
export const extinfDecimal = /^(\d{1,12}(\.\d{0,20})?)\s*(?:,|$)/
