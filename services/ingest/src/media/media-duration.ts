import type { MediaFacts } from './inspection.ts'

/**
 * How long the samples of some media last, in units of its timescale; `sampleDuration` is the default of trex, for samples
 * whose moof has none (ISO/IEC 14496-12, 8.8.3).
 */
export const mediaDuration = (
  { explicitDuration, defaultedSamples }: Pick<MediaFacts, 'explicitDuration' | 'defaultedSamples'>,
  sampleDuration: number,
): number => explicitDuration + defaultedSamples * sampleDuration
