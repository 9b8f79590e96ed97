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

/** Reads the colours of the style sheet for the canvas. Call this again when the theme changes. */
export function readColors(): Colors {
  const probes = names.map((name) => {
    const probe = document.createElement('i')
    probe.style.color = `var(--${name})`
    return probe
  })
  // All probes are appended before one is read, so that the browser computes styles once.
  document.body.append(...probes)
  const colors = names.map((name, i) => [name, getComputedStyle(probes[i] as Element).color] as const)
  for (const probe of probes) probe.remove()
  return Object.fromEntries(colors) as Colors
}
