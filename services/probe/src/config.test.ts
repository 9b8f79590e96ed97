import { equal, throws } from 'node:assert/strict'
import { isAbsolute } from 'node:path'
import { readConfig } from './config.ts'

describe('readConfig', () => {
  it('needs nothing but the working directory', () => {
    const config = readConfig({ WORKING_DIRECTORY: 'data' })
    equal(isAbsolute(config.workingDirectory), true)
    equal(config.timeoutMs, 10_000)
    equal(config.memoryBytes, 2 ** 30)
    equal(config.concurrency >= 1 && config.concurrency <= 4, true)
  })

  it('names every fault at once', () => {
    const env = { PROBE_CONCURRENCY: '0', PROBE_TIMEOUT: 'soon', PROBE_MEMORY: '-1' }
    throws(() => readConfig(env), /WORKING_DIRECTORY.*PROBE_CONCURRENCY.*PROBE_TIMEOUT.*PROBE_MEMORY/)
  })
})
