/** A reference that stands for no character. */
export class UnknownReference extends Error {}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * Decodes the five entities of XML and character references, once: the result is not decoded again. Throws
 * UnknownReference for any other.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:(lt|gt|amp|quot|apos);|#(\d{1,7});|#x([0-9a-fA-F]{1,6});)?/g, decodeOne)
}

function decodeOne(whole: string, name?: string, decimal?: string, hex?: string): string {
  if (name) return entities[name] ?? whole
  const point = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16)
  // NaN, too: an ampersand with nothing known behind it.
  if (!isCharacter(point)) throw new UnknownReference('an entity or character reference is unknown')
  return String.fromCodePoint(point)
}

/** XML 1.0, 2.2. */
const isCharacter = (point: number): boolean =>
  [0x9, 0xa, 0xd].includes(point) ||
  (point >= 0x20 && point <= 0xd7ff) ||
  (point >= 0xe000 && point <= 0xfffd) ||
  (point >= 0x1_0000 && point <= 0x10_ffff)
