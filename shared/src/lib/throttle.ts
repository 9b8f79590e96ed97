/**
 * Returns a function that calls `call` at most once in `intervalMs`, with the value and the number of values dropped
 * since the last call. `now` is a clock in milliseconds.
 */
export function throttle<Value>(
  intervalMs: number,
  now: () => number,
  call: (value: Value, dropped: number) => void,
): (value: Value) => void {
  let quietUntil = Number.NEGATIVE_INFINITY
  let dropped = 0
  return (value) => {
    if (now() < quietUntil) {
      dropped += 1
      return
    }
    call(value, dropped)
    quietUntil = now() + intervalMs
    dropped = 0
  }
}
