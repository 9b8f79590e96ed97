type Listeners = { readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void }
type Value = string | number | boolean | null | undefined

/** Attributes, and `on` for listeners. False, null and undefined leave an attribute out; true sets it empty. */
export type Props = { readonly [name: string]: Value | Listeners; readonly on?: Listeners }

export type Child = Node | string | number | null | undefined | false | readonly Child[]

/** Makes an element. Texts become text nodes: no string is ever read as markup. Throws for an unsafe attribute. */
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

/** Puts children in the place of those that an element has. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren()
  append(element, children)
}

/** Says a text; one that is there already stays, so that nothing is laid out again. */
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

/** Links lead to this server or to bytes that this page holds; they are made of ids, never taken from a device. */
function assertOwn(url: string): void {
  const { origin, protocol } = new URL(url, location.href)
  if (origin !== location.origin || (protocol !== location.protocol && protocol !== 'blob:'))
    throw new Error('h() links to this server only')
}
