const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Parses a duration such as `500ms`, `60s`, `5m` or `-1h` into milliseconds; null for any other text. */
export function parseDuration(text: string): number | null {
  const [, number = '', unit = ''] = /^(-?\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? []
  const milliseconds = Number(number) * (units[unit] ?? Number.NaN)
  return number === '' || Number.isNaN(milliseconds) ? null : milliseconds
}
