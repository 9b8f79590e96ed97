import { anyInit, change, changeBody, type Fault, nthSegment, replace } from './fault.ts'

export const requestFaults = {
  anonymous: {
    takes: 'segment',
    example: 'anonymous=2',
    does: 'shows no client certificate with segment 2',
    finding: 'client-certificate-missing',
    profile: 'matter-1.6',
    apply: (plan, nth) => {
      const isMeant = nthSegment(nth)
      return change(
        plan,
        (object, all) => isMeant(object, all) && !object.isLong,
        (object) => ({ ...object, isAnonymous: true }),
      )
    },
  },
  abort: {
    takes: 'segment',
    example: 'abort=2',
    does: 'loses the connection in the middle of segment 2, and goes on with the next',
    finding: 'body-incomplete',
    profile: 'matter-1.6',
    apply: (plan, nth) => change(plan, nthSegment(nth), (object) => ({ ...object, isCutOff: true })),
  },
  repeat: {
    takes: 'segment',
    example: 'repeat=2',
    does: 'sends segment 2 twice',
    finding: 'upload-repeated',
    profile: 'matter-1.6',
    apply: (plan, nth) => replace(plan, nthSegment(nth), (object) => [object, object]),
  },
  overwrite: {
    takes: 'segment',
    example: 'overwrite=2',
    does: 'sends segment 2 again with other bytes',
    finding: 'path-reused',
    profile: 'dash-if-2',
    apply: (plan, nth) =>
      replace(plan, nthSegment(nth), (object) => [
        object,
        { ...object, body: () => otherBytes(object.body()) },
      ]),
  },
  extension: {
    takes: 'segment',
    example: 'extension=2',
    does: 'calls segment 2 .mp4',
    finding: 'extension',
    profile: 'matter-1.6',
    apply: (plan, nth) =>
      change(plan, nthSegment(nth), (object) => ({ ...object, path: object.path.replace(/\.m4s$/, '.mp4') })),
  },
  type: {
    takes: { word: 'wrong' },
    example: 'type=wrong',
    does: 'says that init segments are text/html',
    finding: 'content-type-mismatch',
    profile: 'dash-if-2',
    apply: (plan) =>
      change(plan, anyInit, (object) => ({
        ...object,
        headers: { ...object.headers, 'Content-Type': 'text/html' },
      })),
  },
  garbage: {
    takes: 'segment',
    example: 'garbage=2',
    does: 'sends text for segment 2',
    finding: 'media-not-isobmff',
    profile: 'matter-1.6',
    apply: (plan, nth) => changeBody(plan, nthSegment(nth), () => Buffer.from('no media\n')),
  },
} as const satisfies Readonly<Record<string, Fault>>

/** A copy of a segment that differs in the last byte of its last sample. */
function otherBytes(segment: Buffer): Buffer {
  const copy = Buffer.from(segment)
  copy.writeUInt8((copy.at(-1) ?? 0) ^ 1, copy.length - 1)
  return copy
}
