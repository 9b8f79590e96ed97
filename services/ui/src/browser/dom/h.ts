type Listeners = { readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void }
type Value = string | number | boolean | null | undefined

/** Attributes, and `on` for listeners. False, null and undefined omit an attribute; true sets it to an empty text. */
export type Props = { readonly [name: string]: Value | Listeners; readonly on?: Listeners }

export type Child = Node | string | number | null | undefined | false | readonly Child[]

/** Makes an element. Strings become text nodes and are never parsed as markup. Throws for an unsafe attribute. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  const { on = {}, ...attributes } = props
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener as EventListener)
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value as Value)
  append(element, children)
  return element
}

/** Replaces the children of an element. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren()
  append(element, children)
}

/** Sets the text of an element, unless it is the same: the browser would lay the page out again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) append(element, child)
    else element.append(child instanceof Node ? child : String(child))
  }
}

function setAttribute(element: Element, name: string, value: Value): void {
  if (/^(on|style$|srcdoc$)/i.test(name)) throw new Error(`h() sets no attribute ${name}`)
  if (value === null || value === undefined || value === false) return
  if (name === 'href' || name === 'src') assertOwn(String(value))
  element.setAttribute(name, value === true ? '' : String(value))
}

/** Throws for a link that leads neither to this server nor to a blob of this page. */
function assertOwn(url: string): void {
  const { origin, protocol } = new URL(url, location.href)
  if (origin !== location.origin || (protocol !== location.protocol && protocol !== 'blob:'))
    throw new Error('h() links to this server only')
}
