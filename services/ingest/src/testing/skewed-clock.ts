/** Sets the clock of this process apart from that of the machine, until disposal. Timers and `performance` go on as they do. */
export function skewClock(byMs: number): Disposable {
  const RealDate = globalThis.Date
  class SkewedDate extends RealDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(RealDate.now() + byMs)
      else super(...(args as [number]))
    }
    static override now(): number {
      return RealDate.now() + byMs
    }
  }
  globalThis.Date = SkewedDate as DateConstructor
  return {
    [Symbol.dispose]() {
      globalThis.Date = RealDate
    },
  }
}
