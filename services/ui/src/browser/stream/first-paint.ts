/** How long the parts of the page wait for each other at most. */
const maxWaitMs = 8_000

/** The first paint of the page. It shows all parts together, so that no part moves when another gets its data. */
export interface FirstPaint {
  /** Call this when rows have arrived, or none will. */
  rowsAreThere(): void
  /** Call this when the verdict has arrived. */
  verdictIsThere(): void
  /** Shows all parts with the data that they have. */
  end(): void
  /** Whether the parts are still hidden. */
  isPending(): boolean
}

/** Hides the parts of the page until rows and verdict have arrived, at most 8 s, then paints and shows them. */
export function startFirstPaint(paintTimeline: () => void, paintLog: () => void): FirstPaint {
  const { classList } = document.body
  let areRowsThere = false
  let isVerdictThere = false
  let hasEnded = false
  classList.add('is-stream', 'settling')
  setTimeout(end, maxWaitMs)
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

  /** Paints the hidden timeline in one frame and the log in the next, which shows all parts: no frame takes long. */
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
