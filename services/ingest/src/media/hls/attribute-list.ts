/** One attribute of a tag. */
export interface Attribute {
  readonly value: string
  readonly isQuoted: boolean
}

/** RFC 8216, 4.2: a quoted value may hold commas. */
const attributes = /(?:^|,)\s*([A-Z0-9-]{1,64})=(?:"([^"]{0,4096})"|([^",]{0,4096}))/g

const maxText = 1_024

/** The attributes of a tag by name, each cut to 1 024 characters; of those with one name the first. */
export function readAttributes(list: string): ReadonlyMap<string, Attribute> {
  const found = new Map<string, Attribute>()
  for (const [, name, quoted, plain] of list.matchAll(attributes)) {
    if (name === undefined || found.has(name)) continue
    found.set(name, { value: (quoted ?? plain ?? '').slice(0, maxText), isQuoted: quoted !== undefined })
  }
  return found
}

/** The value of one attribute, cut to 1 024 characters; null without it. */
export function attributeOf(list: string, wanted: string): string | null {
  for (const [, name, quoted, plain] of list.matchAll(attributes))
    if (name === wanted) return (quoted ?? plain ?? '').slice(0, maxText)
  return null
}
