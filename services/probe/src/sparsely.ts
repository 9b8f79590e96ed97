/** Lets the first of many calls through, then one in each interval, with the number of those it held back. */
export function sparsely<Of>(everyMs: number, now: () => number, say: (what: Of, heldBack: number) => void) {
  let quietUntil = 0
  let heldBack = 0
  return (what: Of): void => {
    if (now() < quietUntil) {
      heldBack += 1
      return
    }
    say(what, heldBack)
    quietUntil = now() + everyMs
    heldBack = 0
  }
}
