import { deepEqual, ok } from 'node:assert/strict'
import { runChaos } from './chaos/run-chaos.ts'

const seed = 1

describe('16 cameras and a server to which everything happens', function () {
  this.timeout(1_800_000)

  it(`lose nothing that was answered (seed ${seed})`, async () => {
    const { answered, faults } = await runChaos({ seed, seconds: 30 }, (text) => console.log(`      ${text}`))
    deepEqual(faults, [])
    ok(answered > 30, String(answered))
  })
})
