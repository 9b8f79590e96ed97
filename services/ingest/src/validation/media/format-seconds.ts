/** Seconds by which a duration and its quotient may differ. */
export const maxRoundingSeconds = 1e-6

/** A duration for a message, to the millisecond. */
export const formatSeconds = (value: number): string => `${Number(value.toFixed(3))} s`
