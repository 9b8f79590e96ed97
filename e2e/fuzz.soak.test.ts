import { deepEqual } from 'node:assert/strict'
import { fuzzFront } from './fuzz/front/fuzz-front.ts'
import { fuzzInProcess } from './fuzz/fuzz-in-process.ts'
import { csrTarget } from './fuzz/targets/csr-target.ts'
import { journalTarget } from './fuzz/targets/journal-target.ts'
import { manifestTarget } from './fuzz/targets/manifest-target.ts'
import { mediaTarget } from './fuzz/targets/media-target.ts'

describe('hostile input', function () {
  this.timeout(300_000)

  for (const target of ['heads', 'http', 'h2'] as const)
    it(`at the port of the proxy neither ends nor holds it (${target})`, async () => {
      deepEqual((await fuzzFront(target, 1, 4_000)).faults, [])
    })

  it('that made Node abort when it freed a connection before its streams does so no more', async () => {
    deepEqual((await fuzzFront('h2', 86_080, 120_000, true)).faults, [])
  })

  for (const [name, make] of [
    ['boxes', mediaTarget],
    ['mpd', () => manifestTarget('mpd')],
    ['playlist', () => manifestTarget('playlist')],
    ['csr', csrTarget],
  ] as const)
    it(`in process never throws (${name})`, async () => {
      deepEqual((await fuzzInProcess(name, await make(), 1, 4_000)).faults, [])
    })

  it('in journals never throws', async () => {
    await using target = await journalTarget()
    deepEqual((await fuzzInProcess('journal', target, 1, 1_000)).faults, [])
  })
})
