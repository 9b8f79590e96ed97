import type { ManifestFlaw } from './inspection.ts'

/** Collects what a manifest has wrongly: of each code the first one, and how many more there are. */
export interface Flaws {
  add(code: ManifestFlaw['code'], message: string): void
  all(): readonly ManifestFlaw[]
}

export function createFlaws(): Flaws {
  const found = new Map<ManifestFlaw['code'], { readonly message: string; count: number }>()
  return {
    add(code, message) {
      const known = found.get(code)
      if (known) known.count += 1
      else found.set(code, { message, count: 1 })
    },
    all: () =>
      [...found].map(([code, { message, count }]) => ({
        code,
        message: count > 1 ? `${message} (and ${count - 1} more like it)` : message,
      })),
  }
}
