import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** BullMQ sleeps for 5 s before it notices that it was closed while Redis is down. */
const timeoutMs = 15_000
/** The timers that mocha itself has while it waits for the hook: the timeout of the hook. */
const ownTimers = 1

let before: ReadonlyMap<string, number> = new Map()
let shared = new AsyncDisposableStack()

/** Registers a callback that closes a thing which suites share. Runs after the last test of the file, newest first. */
export const closeAfterTests = (close: () => Promise<void>): void => shared.defer(close)

/** Hooks that fail a test file whose tests leave a resource open that would keep the process alive. */
export const mochaHooks = {
  beforeAll(): void {
    before = activeResources()
    shared = new AsyncDisposableStack()
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(4 * timeoutMs)
    await shared.disposeAsync()
    const end = Date.now() + timeoutMs
    await nextTurn()
    for (let left = leftOpen(); left.length > 0; left = leftOpen()) {
      if (Date.now() > end) throw new Error(`the tests are over, and still open are: ${left.join(', ')}`)
      await sleep(50)
    }
  },
}

function leftOpen(): readonly string[] {
  return [...activeResources()].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0) - (name === 'Timeout' ? ownTimers : 0)
    return more > 0 ? [`${more} ${name}`] : []
  })
}

function activeResources(): ReadonlyMap<string, number> {
  const names = Map.groupBy(process.getActiveResourcesInfo(), (name) => name)
  return new Map([...names].map(([name, all]) => [name, all.length]))
}
