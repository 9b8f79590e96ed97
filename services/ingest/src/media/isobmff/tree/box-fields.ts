import { ntpEpochSeconds } from '../segment-prefix.ts'
import type { Fields } from './box-node.ts'
import type { FieldCursor } from './field-cursor.ts'

/** Reads the fields of a box's body. */
type ReadFields = (cursor: FieldCursor) => Fields

interface FullBox {
  readonly version: number
  readonly flags: number
}

const full = (read: (cursor: FieldCursor, box: FullBox) => Fields): ReadFields => {
  return (cursor) => {
    const box = { version: cursor.u8(), flags: cursor.u24() }
    return { ...box, ...read(cursor, box) }
  }
}

const many = <Item>(count: number, max: number, read: () => Item): Item[] =>
  Array.from({ length: Math.min(count, max) }, read)

const maxItems = 50
const sized = (cursor: FieldCursor, version: number) => (version === 1 ? cursor.u64() : cursor.u32())

const brands: ReadFields = (cursor) => ({
  major_brand: cursor.letters(),
  minor_version: cursor.u32(),
  compatible_brands: many(Math.floor(cursor.left() / 4), maxItems, cursor.letters),
})

/** 1904 to 1970, in seconds. */
const quickTimeEpoch = 2_082_844_800

function dateOf(seconds: number | string): string | null {
  const date = new Date((Number(seconds) - quickTimeEpoch) * 1_000)
  return seconds === 0 || Number.isNaN(date.getTime()) ? null : date.toISOString()
}

const times = (cursor: FieldCursor, version: number) => ({
  creation_time: dateOf(sized(cursor, version)),
  modification_time: dateOf(sized(cursor, version)),
})

/** ISO/IEC 14496-12, the clause of each box; the decoder configurations by the mapping of each codec. */
export const boxFields: Readonly<Record<string, ReadFields>> = {
  ftyp: brands,
  styp: brands,
  mvhd: full((cursor, { version }) => ({
    ...times(cursor, version),
    timescale: cursor.u32(),
    duration: sized(cursor, version),
    rate: cursor.fixed16(),
    volume: cursor.fixed8(),
  })),
  tkhd: full((cursor, { version }) => {
    const created = times(cursor, version)
    const track_ID = cursor.u32()
    cursor.skip(4)
    const duration = sized(cursor, version)
    cursor.skip(8)
    const layer = cursor.i16()
    const alternate_group = cursor.i16()
    const volume = cursor.fixed8()
    cursor.skip(38)
    const size = { width: cursor.fixed16(), height: cursor.fixed16() }
    return { ...created, track_ID, duration, layer, alternate_group, volume, ...size }
  }),
  mdhd: full((cursor, { version }) => ({
    ...times(cursor, version),
    timescale: cursor.u32(),
    duration: sized(cursor, version),
    language: languageOf(cursor.u16()),
  })),
  hdlr: full((cursor) => {
    cursor.skip(4)
    const handler_type = cursor.letters()
    cursor.skip(Math.min(12, cursor.left()))
    return { handler_type, name: cursor.text() }
  }),
  elst: full((cursor, { version }) => {
    const entry_count = cursor.u32()
    const entries = many(entry_count, maxItems, () => ({
      segment_duration: sized(cursor, version),
      media_time: version === 1 ? cursor.i64() : cursor.i32(),
      media_rate: cursor.fixed16(),
    }))
    return { entry_count, entries }
  }),
  stsd: full((cursor) => ({ entry_count: cursor.u32() })),
  trex: full((cursor) => ({
    track_ID: cursor.u32(),
    default_sample_description_index: cursor.u32(),
    default_sample_duration: cursor.u32(),
    default_sample_size: cursor.u32(),
    default_sample_flags: hexOf(cursor.u32()),
  })),
  mehd: full((cursor, { version }) => ({ fragment_duration: sized(cursor, version) })),
  mfhd: full((cursor) => ({ sequence_number: cursor.u32() })),
  tfhd: full((cursor, { flags }) => ({
    track_ID: cursor.u32(),
    ...(flags & 0x1 ? { base_data_offset: cursor.u64() } : {}),
    ...(flags & 0x2 ? { sample_description_index: cursor.u32() } : {}),
    ...(flags & 0x8 ? { default_sample_duration: cursor.u32() } : {}),
    ...(flags & 0x10 ? { default_sample_size: cursor.u32() } : {}),
    ...(flags & 0x20 ? { default_sample_flags: hexOf(cursor.u32()) } : {}),
    duration_is_empty: (flags & 0x1_0000) !== 0,
    default_base_is_moof: (flags & 0x2_0000) !== 0,
  })),
  tfdt: full((cursor, { version }) => ({ base_media_decode_time: sized(cursor, version) })),
  trun: full(readTrun),
  sidx: full((cursor, { version }) => {
    const head = { reference_ID: cursor.u32(), timescale: cursor.u32() }
    const place = {
      earliest_presentation_time: sized(cursor, version),
      first_offset: sized(cursor, version),
    }
    cursor.skip(2)
    const reference_count = cursor.u16()
    const references = many(reference_count, maxItems, () => {
      const [size, subsegment_duration, sap] = [cursor.u32(), cursor.u32(), cursor.u32()]
      return {
        reference_type: size >>> 31,
        referenced_size: size & 0x7fff_ffff,
        subsegment_duration,
        starts_with_SAP: sap >>> 31,
        SAP_type: (sap >>> 28) & 7,
      }
    })
    return { ...head, ...place, reference_count, references }
  }),
  prft: full((cursor, { version }) => ({
    reference_track_ID: cursor.u32(),
    ntp_timestamp: ntpOf(cursor.u32(), cursor.u32()),
    media_time: sized(cursor, version),
  })),
  emsg: full((cursor, { version }) => {
    const named = () => ({ scheme_id_uri: cursor.text(), value: cursor.text() })
    if (version === 0) {
      const names = named()
      return {
        ...names,
        timescale: cursor.u32(),
        presentation_time_delta: cursor.u32(),
        event_duration: cursor.u32(),
        id: cursor.u32(),
        message_bytes: cursor.left(),
      }
    }
    const fields = {
      timescale: cursor.u32(),
      presentation_time: cursor.u64(),
      event_duration: cursor.u32(),
      id: cursor.u32(),
    }
    return { ...fields, ...named(), message_bytes: cursor.left() }
  }),
  kind: full((cursor) => ({ schemeURI: cursor.text(), value: cursor.text() })),
  btrt: (cursor) => ({ bufferSizeDB: cursor.u32(), maxBitrate: cursor.u32(), avgBitrate: cursor.u32() }),
  pssh: full((cursor, { version }) => {
    const SystemID = cursor.hex(16)
    const count = version > 0 ? cursor.u32() : 0
    return { SystemID, KID: many(count, maxItems, () => cursor.hex(16)), data_bytes: cursor.u32() }
  }),
  avcC: (cursor) => {
    const profile = {
      configurationVersion: cursor.u8(),
      AVCProfileIndication: cursor.u8(),
      profile_compatibility: cursor.u8(),
      AVCLevelIndication: cursor.u8(),
    }
    const lengthSizeMinusOne = cursor.u8() & 3
    const sets = (count: number) => many(count, 32, () => cursor.hex(cursor.u16()))
    const sequenceParameterSets = sets(cursor.u8() & 0x1f)
    return { ...profile, lengthSizeMinusOne, sequenceParameterSets, pictureParameterSets: sets(cursor.u8()) }
  },
  hvcC: (cursor) => {
    const configurationVersion = cursor.u8()
    const profile = cursor.u8()
    return {
      configurationVersion,
      general_profile_space: profile >> 6,
      general_tier_flag: (profile >> 5) & 1,
      general_profile_idc: profile & 0x1f,
      general_profile_compatibility_flags: hexOf(cursor.u32()),
      general_constraint_indicator_flags: cursor.hex(6),
      general_level_idc: cursor.u8(),
    }
  },
  av1C: (cursor) => {
    cursor.skip(1)
    const [profile, rest] = [cursor.u8(), cursor.u8()]
    return {
      seq_profile: profile >> 5,
      seq_level_idx_0: profile & 0x1f,
      seq_tier_0: rest >> 7,
      high_bitdepth: (rest >> 6) & 1,
      twelve_bit: (rest >> 5) & 1,
      monochrome: (rest >> 4) & 1,
    }
  },
  esds: full((cursor) => ({ descriptors: cursor.hex(Math.min(cursor.left(), 64)) })),
  dOps: (cursor) => ({
    Version: cursor.u8(),
    OutputChannelCount: cursor.u8(),
    PreSkip: cursor.u16(),
    InputSampleRate: cursor.u32(),
    OutputGain: cursor.i16(),
    ChannelMappingFamily: cursor.u8(),
  }),
  frma: (cursor) => ({ data_format: cursor.letters() }),
  schm: full((cursor) => ({ scheme_type: cursor.letters(), scheme_version: cursor.u32() })),
}

/** The first samples one by one, and sums over all of them. */
function readTrun(cursor: FieldCursor, { version, flags }: FullBox): Fields {
  const sample_count = cursor.u32()
  const head = {
    sample_count,
    ...(flags & 0x1 ? { data_offset: cursor.i32() } : {}),
    ...(flags & 0x4 ? { first_sample_flags: hexOf(cursor.u32()) } : {}),
  }
  const samples: Fields[] = []
  let [duration, size] = [0, 0]
  // A sample without fields of its own takes no bytes: the count alone must not make this loop long.
  const count = flags & 0xf00 ? sample_count : 0
  for (let i = 0; i < count; i++) {
    const sample: Record<string, unknown> = {}
    if (flags & 0x100) sample.duration = cursor.u32()
    if (flags & 0x200) sample.size = cursor.u32()
    duration += Number(sample.duration ?? 0)
    size += Number(sample.size ?? 0)
    if (flags & 0x400) sample.flags = hexOf(cursor.u32())
    if (flags & 0x800) sample.composition_time_offset = version === 0 ? cursor.u32() : cursor.i32()
    if (samples.length < maxItems) samples.push(sample)
  }
  return {
    ...head,
    ...(flags & 0x100 ? { duration_sum: duration } : {}),
    ...(flags & 0x200 ? { size_sum: size } : {}),
    samples,
  }
}

const hexOf = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`

/** Three letters of five bits each. */
const languageOf = (packed: number): string =>
  String.fromCharCode(...[10, 5, 0].map((shift) => ((packed >> shift) & 0x1f) + 0x60))

function ntpOf(seconds: number, fraction: number): string {
  return new Date((seconds - ntpEpochSeconds) * 1_000 + (fraction * 1_000) / 2 ** 32).toISOString()
}
