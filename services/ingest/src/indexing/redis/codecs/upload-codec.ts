import type { InitFacts } from '../../../media/inspection.ts'
import { hideCredentials } from '../../../uploads/sender-headers.ts'
import type { JudgedUpload, MediaOfUpload } from '../../judged-upload.ts'

/** An upload as the index stores it, under its id, which is left out. */
export function encodeUpload(judged: JudgedUpload): string {
  const { upload, findings, session, track, status, position, init, media, initFacts } = judged
  const { id: _id, ...facts } = upload
  return JSON.stringify({
    upload: facts,
    findings,
    session,
    track,
    position,
    status: status === 202 ? undefined : status,
    init: init ?? undefined,
    media: media ? encodeMedia(media) : undefined,
    initFacts: initFacts ?? undefined,
  })
}

/** Reads what `encodeUpload` made. */
export function decodeUpload(id: string, json: string): JudgedUpload {
  // `encodeUpload` wrote it.
  const { upload, media, ...rest } = JSON.parse(json) as StoredUpload
  const absent = { status: 202, init: null, initFacts: null }
  return {
    ...absent,
    ...rest,
    upload: { ...upload, id, sender: hideCredentials(upload.sender) },
    media: media ? decodeMedia(media) : null,
  }
}

type StoredUpload = Omit<JudgedUpload, 'status' | 'init' | 'media' | 'initFacts'> & {
  readonly status?: number | null
  readonly init?: string
  readonly initFacts?: InitFacts
  readonly media?: StoredMedia
}

/** Without names, because there is one for every segment. */
type StoredMedia = readonly [
  decodeTime: number | null,
  duration: number,
  timescale: number,
  samples: number,
  sequence: number,
  flags: number,
  producerAtMs?: number | null,
  shift?: number,
]

const flag = { startsWithSync: 1, isPlayable: 2, isSound: 4 }

function encodeMedia(media: MediaOfUpload): StoredMedia {
  const { decodeTime, duration, timescale, samples, sequence, producerAtMs, shift } = media
  const flags =
    (media.startsWithSync ? flag.startsWithSync : 0) |
    (media.isPlayable ? flag.isPlayable : 0) |
    (media.isSound ? flag.isSound : 0)
  const short = [decodeTime, duration, timescale, samples, sequence, flags] as const
  if (shift !== 0) return [...short, producerAtMs, shift]
  return producerAtMs === null ? short : [...short, producerAtMs]
}

function decodeMedia(stored: StoredMedia): MediaOfUpload {
  const [decodeTime, duration, timescale, samples, sequence, flags, producerAtMs = null, shift = 0] = stored
  return {
    decodeTime,
    duration,
    timescale,
    samples,
    sequence,
    producerAtMs,
    shift,
    startsWithSync: (flags & flag.startsWithSync) !== 0,
    isPlayable: (flags & flag.isPlayable) !== 0,
    isSound: (flags & flag.isSound) !== 0,
  }
}
