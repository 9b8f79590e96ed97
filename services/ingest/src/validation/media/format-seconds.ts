/** A duration for a message, to the millisecond. */
export const formatSeconds = (value: number): string => `${Number(value.toFixed(3))} s`
