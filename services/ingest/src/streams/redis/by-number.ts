const { compare } = new Intl.Collator('en', { numeric: true })

/** Compares digits by their value: `2` comes before `10`. */
export const byNumber: (a: string, b: string) => number = compare
