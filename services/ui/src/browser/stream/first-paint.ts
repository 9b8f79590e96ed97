/** How long the parts of the page wait for each other. */
const maxMs = 8_000

/** The parts of the page show together, so that nothing moves when one of them comes later. */
export interface FirstPaint {
  /** Rows have come, or will not come. */
  rowsAreThere(): void
  verdictIsThere(): void
  /** Shows what there is. */
  end(): void
  /** Whether the parts are still unseen. */
  isPending(): boolean
}

/** Hides the parts until they are there; then paints each, as it is at that time. */
export function startFirstPaint(paintTimeline: () => void, paintLog: () => void): FirstPaint {
  const { classList } = document.body
  let areRowsThere = false
  let isVerdictThere = false
  let hasEnded = false
  classList.add('is-stream', 'settling')
  setTimeout(end, maxMs)
  return {
    rowsAreThere() {
      areRowsThere = true
      if (isVerdictThere) end()
    },
    verdictIsThere() {
      isVerdictThere = true
      if (areRowsThere) end()
    },
    end,
    isPending: () => classList.contains('settling'),
  }

  /** The timeline first, unseen and with its height; then all shows, with the log. Two frames, so that neither is long. */
  function end(): void {
    if (hasEnded) return
    hasEnded = true
    requestAnimationFrame(() => {
      paintTimeline()
      requestAnimationFrame(() => {
        classList.remove('settling')
        paintLog()
      })
    })
  }
}
