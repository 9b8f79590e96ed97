/** Sends at once when nothing is being sent; what comes meanwhile goes together when that is through. */
export function coalesce<Item>(send: (items: readonly Item[]) => Promise<unknown>) {
  let next: { readonly items: Item[]; readonly sent: Promise<void> } | null = null
  let sending: Promise<unknown> = Promise.resolve()

  return function add(items: readonly Item[]): Promise<void> {
    next ??= follow()
    next.items.push(...items)
    return next.sent
  }

  function follow() {
    const items: Item[] = []
    const sent = sending.then(async () => {
      next = null
      await send(items)
    })
    sending = sent.catch(() => {})
    return { items, sent }
  }
}
