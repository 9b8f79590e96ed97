/** Samples of one traf that lie one behind the other. */
export interface SampleRange {
  readonly trackId: number
  /** Byte from the start of the upload. */
  readonly from: number
  /** Bytes of the samples whose size the traf says. */
  readonly bytes: number
  /** Samples whose size is left to trex. */
  readonly unsized: number
}

/** A trun as far as it says where its samples lie, or several that follow each other. */
export interface Run {
  /** Null where the samples follow those of the run before, or the base where there is none. */
  readonly offset: number | null
  bytes: number
  /** Samples whose size trun does not say. */
  unsized: number
}

/** What a tfhd says of the place and size of samples. */
export interface SampleBase {
  readonly trackId: number
  /** Default size of a sample, bytes; null where it is left to trex. */
  readonly size: number | null
  readonly baseIsMoof: boolean
  /** base-data-offset; null where it is absent. */
  readonly baseOffset: number | null
}

/** The moof that samples belong to. */
interface MoofPlace {
  readonly start: number
  readonly end: number
}

/** Adds a run to those before it in its traf. */
export function addToRuns(runs: Run[], run: Run): void {
  const last = runs.at(-1)
  if (run.offset === null && last) {
    last.bytes += run.bytes
    last.unsized += run.unsized
  } else runs.push(run)
}

/**
 * Resolves the runs of one upload's trafs to bytes of the upload (ISO/IEC 14496-12, 8.8.7 and 8.8.8). An upload
 * that begins without a header may be cut out of a longer file; its base-data-offset counts from the start of
 * that file, which is `missingFront` bytes in front of the upload.
 */
export function createSampleResolver() {
  let missingFront: number | null = null
  return { resolve, missingFront: () => missingFront ?? 0, beginFile }

  /** The upload has a header: it is a file of its own. */
  function beginFile(): void {
    missingFront ??= 0
  }

  /** The ranges of a moof's trafs; those whose place hangs on an unknown size are left out. */
  function resolve(
    moof: MoofPlace,
    trafs: readonly { readonly base: SampleBase; readonly runs: readonly Run[] }[],
  ): readonly SampleRange[] {
    const ranges: SampleRange[] = []
    let end: number | null = moof.start
    for (const { base, runs } of trafs) {
      let at: number | null = baseOf(moof, base, runs, end)
      const origin = at
      for (const { offset, bytes, unsized } of runs) {
        if (offset !== null) at = origin === null ? null : origin + offset
        if (at === null) break
        const known = bytes + unsized * (base.size ?? 0)
        const left = base.size === null ? unsized : 0
        // A negative offset is reported as such.
        const isBehind = offset === null || offset >= 0 || base.baseOffset !== null
        if (isBehind && known + left > 0)
          ranges.push({ trackId: base.trackId, from: at, bytes: known, unsized: left })
        at = left > 0 ? null : at + known
      }
      end = at
    }
    return ranges
  }

  function baseOf(
    moof: MoofPlace,
    base: SampleBase,
    runs: readonly Run[],
    end: number | null,
  ): number | null {
    if (base.baseOffset !== null)
      return base.baseOffset - frontOf(moof, base.baseOffset, runs[0]?.offset ?? 0)
    return base.baseIsMoof ? moof.start : end
  }

  /** The first base-data-offset decides: it is that of the moof or of its data. */
  function frontOf({ start, end }: MoofPlace, base: number, firstOffset: number): number {
    if (missingFront !== null) return missingFront
    const isHere = base <= end + maxBoxHeaderBytes
    const toData = base + firstOffset - end - 8
    missingFront = isHere ? 0 : firstOffset >= end - start ? base - start : Math.max(0, toData)
    return missingFront
  }
}

const maxBoxHeaderBytes = 16
