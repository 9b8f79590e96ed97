/** How far a decode time is behind the expected one; one of 32 bits begins anew after 2^32-1. */
export function decodeTimeDifference(received: number, expected: number, isShort: boolean): number {
  const difference = received - expected
  return isShort ? difference - 2 ** 32 * Math.round(difference / 2 ** 32) : difference
}

/** The sequence number behind another; after 2^32-1 a writer begins anew with 0 or with 1. */
export const isNextSequence = (before: number, next: number): boolean =>
  next === before + 1 || (before === 0xffff_ffff && next <= 1)
