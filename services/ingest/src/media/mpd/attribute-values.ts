/** An unsigned number of an XML attribute; null when absent or anything else. */
export function parseUnsigned(text: string | undefined): number | null {
  return text !== undefined && /^\s*\+?\d{1,20}\s*$/.test(text) ? Number(text) : null
}

/** An unsigned number that is not 0. */
export const parsePositive = (text: string | undefined): number | null => parseUnsigned(text) || null

const xsDuration =
  /^P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{0,40})?)S)?)?$/
const unitSeconds = [31_536_000, 2_592_000, 86_400, 3_600, 60, 1]

/** Seconds of an xs:duration, months having 30 days; null when absent or anything else. */
export function parseDuration(text: string | undefined): number | null {
  const [, ...amounts] = xsDuration.exec(text?.trim() ?? '') ?? []
  if (amounts.every((amount) => amount === undefined)) return null
  return amounts.reduce((sum, amount, unit) => sum + Number(amount ?? 0) * (unitSeconds[unit] ?? 0), 0)
}

/** xs:integer. */
export const isInteger = (text: string): boolean => /^\s*[+-]?\d{1,20}\s*$/.test(text)

const xsDateTime = /^-?\d{4,9}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,40})?(Z|[+-]\d\d:\d\d)?$/

/** xs:dateTime, of a month, day and hour that exist. A leap second is allowed. */
export const isDateTime = (text: string): boolean => xsDateTime.test(text.trim()) && isOnClock(text.trim())

function isOnClock(text: string): boolean {
  const [, year, month, day, hour, minute, second] =
    /^-?(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  const isInDay = (hour ?? 24) < 24 || /T24:00:00/.test(text)
  const isInYear = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth
  return isInYear && isInDay && (minute ?? 60) < 60 && (second ?? 61) <= 60
}

/** `25`, `30000/1001`. */
export const isFrameRate = (text: string): boolean => /^\s*\d{1,9}(\/[1-9]\d{0,8})?\s*$/.test(text)

/** Unix time in milliseconds of an xs:dateTime, UTC where it names no zone; NaN for anything else. */
export function parseDateTime(text: string): number {
  const trimmed = text.trim()
  const [, zone] = xsDateTime.exec(trimmed) ?? []
  return Date.parse(zone === undefined && xsDateTime.test(trimmed) ? `${trimmed}Z` : trimmed)
}
