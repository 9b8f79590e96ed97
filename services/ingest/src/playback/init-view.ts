import type { PlayableSegment } from './ports.ts'

/** What a player must know of an init segment. Two of the same facts are one to it. */
export interface InitView {
  /** The upload that holds it. */
  readonly upload: string
  /** The digest of the init segment: a device may send it again, in another upload. */
  readonly sha256: string
  readonly handler: string
  readonly codec: string
  readonly width: number | null
  readonly height: number | null
  readonly language: string
  /** Units a second. */
  readonly timescale: number
  readonly trackId: number
  readonly sampleDuration: number
  readonly sampleFlags: number
}

/** A segment with its init segment. */
export type PlacedMedia = PlayableSegment & { readonly initView: InitView }

/** Whether a player can go on without a new period. */
function isSameInit(one: InitView, other: InitView | undefined): boolean {
  return other !== undefined && (one.sha256 === other.sha256 || keyOf(one) === keyOf(other))
}

/** Whether a segment has the times and the init segment of the one before it. */
export const isSameRun = (
  one: Pick<PlacedMedia, 'initView' | 'shift'>,
  other: Pick<PlacedMedia, 'initView' | 'shift'> | null | undefined,
): boolean => other != null && one.shift === other.shift && isSameInit(one.initView, other.initView)

const keyOf = ({ upload: _upload, sha256: _sha256, ...facts }: InitView): string => JSON.stringify(facts)
