const { compare } = new Intl.Collator('en', { numeric: true })

/** As people count: `2` before `10`. */
export const byNumber: (a: string, b: string) => number = compare
