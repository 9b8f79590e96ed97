import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type ProbeOutcome, probeOutcome } from './probe-job.ts'

/**
 * Encodes an outcome for Redis, in a tenth of the bytes of its JSON, because a preset dictionary holds most of
 * ffprobe's usual output.
 */
export function encodeOutcome(outcome: ProbeOutcome): Buffer {
  if (outcome.state === 'not-media') return Buffer.from(encodeNotMedia(outcome.message))
  const packed = deflateRawSync(JSON.stringify(outcome), { dictionary, ...small })
  return Buffer.concat([marks[outcome.state], packed])
}

/** Encodes the outcome of an upload that is not media for Redis. It is short and is not compressed. */
export const encodeNotMedia = (message: string): string => `${notMediaMark}${message}`

/** Decodes an outcome. Throws for bytes that `encodeOutcome` has not made. */
export function decodeOutcome(bytes: Buffer): ProbeOutcome {
  if (decodeState(bytes) === 'not-media') return { state: 'not-media', message: bytes.toString('utf8', 1) }
  const json = inflateRawSync(bytes.subarray(1), { dictionary, ...small }).toString()
  return probeOutcome.parse(JSON.parse(json))
}

/** Decodes the state alone, from the first byte, without decompressing. */
export function decodeState(bytes: Buffer): ProbeOutcome['state'] {
  if (bytes[0] === notMediaMark.charCodeAt(0)) return 'not-media'
  return bytes[0] === marks.done[0] ? 'done' : 'failed'
}

/** First bytes. They also identify the dictionary of a stored outcome, so another dictionary needs other marks. */
const marks = { done: Buffer.from('d'), failed: Buffer.from('f') } as const
const notMediaMark = 'n'

/** zlib options: a small window and little memory, because outcomes are short. */
const small = { windowBits: 12, memLevel: 5 } as const

/** The preset dictionary, with the most frequent strings last, as zlib's deflateSetDictionary recommends. */
const dictionary = Buffer.from(
  [
    '{"state":"failed","message":"ffprobe cannot make sense of this object","stderr":"","command":"ffprobe',
    '"codec_name":"hevc","codec_long_name":"H.265 / HEVC (High Efficiency Video Coding)","profile":"Main",',
    '"codec_tag_string":"hvc1","codec_tag":"0x31637668","color_range":"tv","color_space":"bt709",',
    '"codec_name":"aac","codec_long_name":"AAC (Advanced Audio Coding)","profile":"LC","codec_type":"audio",',
    '"codec_tag_string":"mp4a","codec_tag":"0x6134706d","sample_fmt":"fltp","sample_rate":"48000","channels":2,',
    '"channel_layout":"stereo","bits_per_sample":0,"initial_padding":0,"handler_name":"SoundHandler"',
    '{"state":"done","probe":{"streams":[{"index":0,"codec_name":"h264",',
    '"codec_long_name":"H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10","profile":"High","codec_type":"video",',
    '"codec_tag_string":"avc1","codec_tag":"0x31637661","width":1920,"height":1080,"coded_width":1920,',
    '"coded_height":1080,"closed_captions":0,"film_grain":0,"has_b_frames":0,"sample_aspect_ratio":"1:1",',
    '"display_aspect_ratio":"16:9","pix_fmt":"yuv420p","level":30,"chroma_location":"left",',
    '"field_order":"progressive","refs":1,"is_avc":"true","nal_length_size":"4","id":"0x1","r_frame_rate":"25/1",',
    '"avg_frame_rate":"25/1","time_base":"1/12800","start_pts":0,"start_time":"0.000000","duration_ts":12800,',
    '"duration":"1.000000","bit_rate":"","bits_per_raw_sample":"8","extradata_size":40,"disposition":{"default":1,',
    '"dub":0,"original":0,"comment":0,"lyrics":0,"karaoke":0,"forced":0,"hearing_impaired":0,"visual_impaired":0,',
    '"clean_effects":0,"attached_pic":0,"timed_thumbnails":0,"captions":0,"descriptions":0,"metadata":0,',
    '"dependent":0,"still_image":0},"tags":{"language":"und","handler_name":"VideoHandler",',
    '"vendor_id":"[0][0][0][0]"}}],"format":{"filename":"session_1/video/segment_1001.m4s","nb_streams":1,',
    '"nb_programs":0,"format_name":"mov,mp4,m4a,3gp,3g2,mj2","format_long_name":"QuickTime / MOV",',
    '"start_time":"0.000000","duration":"1.000000","size":"","bit_rate":"","probe_score":0,',
    '"tags":{"major_brand":"iso5","minor_version":"512","compatible_brands":"iso5iso6mp41cmfciso6dashmsdhmsix",',
    '"encoder":"Lavf"}}}}',
  ].join(''),
)
