const focusable = 'a[href], button, input, select, summary, [tabindex]'

/**
 * Draws a place again and restores the focus in it: on the element with the same link and text, else on the one with
 * the same index.
 */
export function redraw(place: Element, draw: () => void): void {
  const before: readonly Element[] = [...place.querySelectorAll(focusable)]
  const index = document.activeElement === null ? -1 : before.indexOf(document.activeElement)
  const name = nameOf(before[index])
  draw()
  if (index < 0) return
  const after = [...place.querySelectorAll<HTMLElement>(focusable)]
  const same = after.find((element) => nameOf(element) === name) ?? after[index]
  same?.focus({ preventScroll: true })
}

const nameOf = (element: Element | undefined): string | undefined =>
  element && `${element.tagName} ${element.id} ${element.getAttribute('href')} ${element.textContent}`
