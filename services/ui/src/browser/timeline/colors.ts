const names = [
  'page',
  'panel',
  'raised',
  'line',
  'line-strong',
  'text',
  'muted',
  'accent',
  'note',
  'ok',
  'warning',
  'error',
  'flying',
  'video',
  'audio',
  'other',
  'chosen',
] as const

export type Colors = Readonly<Record<(typeof names)[number], string>>

/** The colours of the style sheet as the canvas needs them; read again when the theme changes. */
export function readColors(): Colors {
  const probe = document.createElement('i')
  document.body.append(probe)
  const colors = names.map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return Object.fromEntries(colors) as Colors
}
