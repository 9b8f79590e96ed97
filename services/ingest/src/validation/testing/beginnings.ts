import { dynamicMpd, init, initialPlaylist, multivariant, streamOf } from './arrivals.ts'

/** Streams of each interface, and what comes before their segments. */
export const dash = streamOf('dash')
export const hls = streamOf('hls')
export const ingest = streamOf('cmaf-ingest')
export const started = [dynamicMpd(), init()]
export const hlsReady = [multivariant(), initialPlaylist(), init()]
