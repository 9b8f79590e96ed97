// Matter's chapter on push transports is not public. A rule cites its section where that has been quoted in
// public, else the reference server of the SDK.
export const transport = 'Matter, Push AV Stream Transport'
export const dashSession = 'Matter, 11.7.1.8.1 (Interface-2 DASH)'
export const layout = `${transport}: session_<N>/<track>/…`
export const numbers = `${transport}: N from 1, K from 1001, each one more`
export const trackNames = `${transport}: track names`
export const reference = 'reference server of the Matter SDK'
export const trackOrder = `${reference}: init segment, segments, end`
export const hlsSession = `${reference}: Interface-2 HLS`
export const extinf = `${hlsSession}, X-EXTINF-duration`
export const cmaf = 'ISO/IEC 23000-19, 7.3'
export const switching = 'ISO/IEC 23000-19, 7.3.4'
export const dash = 'ISO/IEC 23009-1, 5.3'
export const own = 'this server'
export const hksv = 'HomeKit Secure Video, direct upload as HAP-NodeJS sends it'
export const ingest = (clause: string) => `DASH-IF Live Media Ingest 1.2, ${clause}`
export const hls = (clause: string) => `RFC 8216, ${clause}`
