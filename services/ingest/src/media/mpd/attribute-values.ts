/** An unsigned number of an XML attribute; null when absent or anything else. */
export function parseUnsigned(text: string | undefined): number | null {
  return text !== undefined && /^\s*\+?\d{1,20}\s*$/.test(text) ? Number(text) : null
}

/** An unsigned number that is not 0. */
export const parsePositive = (text: string | undefined): number | null => parseUnsigned(text) || null

const xsDuration =
  /^P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{0,12})?)S)?)?$/
const unitSeconds = [31_536_000, 2_592_000, 86_400, 3_600, 60, 1]

/** Seconds of an xs:duration, months having 30 days; null when absent or anything else. */
export function parseDuration(text: string | undefined): number | null {
  const [, ...amounts] = xsDuration.exec(text?.trim() ?? '') ?? []
  if (amounts.every((amount) => amount === undefined)) return null
  return amounts.reduce((sum, amount, unit) => sum + Number(amount ?? 0) * (unitSeconds[unit] ?? 0), 0)
}

/** xs:integer. */
export const isInteger = (text: string): boolean => /^\s*[+-]?\d{1,20}\s*$/.test(text)

const xsDateTime = /^-?\d{4,9}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,20})?(Z|[+-]\d\d:\d\d)?$/

/** xs:dateTime. */
export const isDateTime = (text: string): boolean => xsDateTime.test(text.trim())

/** Unix time in milliseconds of an xs:dateTime, UTC where it names no zone; NaN for anything else. */
export function parseDateTime(text: string): number {
  const trimmed = text.trim()
  const [, zone] = xsDateTime.exec(trimmed) ?? []
  return Date.parse(zone === undefined && xsDateTime.test(trimmed) ? `${trimmed}Z` : trimmed)
}
