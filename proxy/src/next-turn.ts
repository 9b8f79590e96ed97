let next: Promise<void> | null = null

/** Resolves in the next turn of the event loop, at once for all who wait for it. */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    setImmediate(() => {
      next = null
      resolve()
    })
  })
  return next
}
