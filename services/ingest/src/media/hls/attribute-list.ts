/** One attribute of a tag. */
interface Attribute {
  readonly value: string
  readonly isQuoted: boolean
}

/** The attributes of one tag by name. */
export type Attributes = ReadonlyMap<string, Attribute>

/** RFC 8216, 4.2: a quoted value may hold commas. */
const attributes = /(?:^|,)\s*([A-Z0-9-]{1,64})=(?:"([^"]{0,4096})"|([^",]{0,4096}))/g

const maxText = 1_024

/** The attributes of a tag by name, each cut to 1 024 characters; of those with one name the first. */
export function readAttributes(list: string): Attributes {
  const found = new Map<string, Attribute>()
  for (const [, name, quoted, plain] of list.matchAll(attributes)) {
    if (name === undefined || found.has(name)) continue
    found.set(name, { value: (quoted ?? plain ?? '').slice(0, maxText), isQuoted: quoted !== undefined })
  }
  return found
}

/** The value of one attribute; null without it, and for a tag that has no attribute list. */
export const attributeOf = (list: Attributes | null, name: string): string | null =>
  list?.get(name)?.value ?? null
