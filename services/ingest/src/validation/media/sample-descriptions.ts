import type { MediaFacts } from '../../media/inspection.ts'
import { type Finding, finding } from '../finding.ts'
import type { KnownInit } from '../state.ts'

/** The sample descriptions that a segment names against those of its init segment, and what these say of encryption. */
export function checkDescriptions(init: KnownInit | null, media: MediaFacts): readonly Finding[] {
  if (!init || (!media.descriptions && init.ivSizes === undefined)) return none
  const { descriptionCount = 1 } = init
  const strange = media.descriptions?.find((number) => number > descriptionCount)
  if (strange !== undefined) {
    const message = `expected a sample description up to ${descriptionCount}, as many as the init segment has, received ${strange} in tfhd`
    return [finding('sample-description-index', message)]
  }
  return init.ivSizes === undefined ? none : checkVectors(init, init.ivSizes, media)
}

const none: readonly Finding[] = []

/**
 * ISO/IEC 23001-7, 7.1 and 9.1: each encrypted sample has an initialization vector, in senc or where saio leads to, unless tenc
 * has a constant one for all.
 */
function checkVectors(
  { defaultDescription = 1 }: KnownInit,
  ivSizes: string,
  media: MediaFacts,
): readonly Finding[] {
  const sizes = ivSizes.split(',').map((size) => (size === '' ? null : Number(size)))
  const sizeOf = (number: number) => sizes[(number === 0 ? defaultDescription : number) - 1] ?? null
  const used = media.descriptions ?? [0]
  const bare = (media.encrypted ? (media.uninformed ?? []) : used)
    .map(sizeOf)
    .find((size) => size !== null && size > 0)
  if (bare !== undefined && media.sampleCount > 0) {
    const message = `expected senc, or saiz and saio, with initialization vectors of ${bare} bytes as tenc says, received none`
    return [finding('sample-encryption', message)]
  }
  const expected = used.length === 1 ? sizeOf(used[0] ?? 0) : null
  if (expected === null || !media.ivSizes || media.ivSizes.includes(expected)) return []
  const message = `expected senc with initialization vectors of ${expected} bytes as tenc says, received ${media.ivSizes.join(' or ') || 'several sizes'}`
  return [finding('sample-encryption', message)]
}
