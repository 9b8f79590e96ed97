// No library: the difficult part is which characters XML allows, and XML libraries leave that to their callers.

/** An element on lines of its own. `children` are elements, or texts that `text` has escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const [start, end] = tagsOf(name, attributes)
  if (children.length === 0) return `${start.slice(0, -1)}/>\n`
  const isText = !children[0]?.startsWith('<')
  return `${start}${isText ? '' : '\n'}${children.join('')}${end}\n`
}

/** Start tag and end tag of an element. Escapes the values of attributes. */
export function tagsOf(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): [start: string, end: string] {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(String(value))}"`)
  return [`<${name}${written.join('')}>`, `</${name}>`]
}

/** Escapes a text for XML. Characters that XML does not allow become `\u` and four hex digits. */
export const text = (raw: string): string =>
  raw
    .replaceAll(notXml, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`)

const notXml = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu
