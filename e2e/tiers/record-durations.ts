import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './test-files.ts'

let since = performance.now()

/** Adds a line to the file that TEST_DURATIONS names: milliseconds with load and hooks, tab, test file. */
export const mochaHooks = {
  afterAll(this: Mocha.Context): void {
    const { TEST_DURATIONS: path } = process.env
    const file = this.test?.parent?.suites[0]?.file
    const now = performance.now()
    if (path && file) appendFileSync(path, `${Math.round(now - since)}\t${relative(root, file)}\n`)
    since = now
  },
}
