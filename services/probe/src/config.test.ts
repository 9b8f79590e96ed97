import { deepEqual, equal, throws } from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import { readConfig } from './config.ts'

describe('readConfig', () => {
  it('needs nothing but the working directory', () => {
    const config = readConfig({ WORKING_DIRECTORY: 'data' })
    equal(isAbsolute(config.workingDirectory ?? ''), true)
    equal(config.timeoutMs, 10_000)
    equal(config.memoryBytes, 2 ** 30)
    equal(config.niceness, 19)
    equal(config.concurrency, Math.min(2 * availableParallelism(), 8))
  })

  it('knows whether a sandbox was said to be required, preferred, or nothing', () => {
    const sandboxOf = (env: NodeJS.ProcessEnv) => readConfig({ WORKING_DIRECTORY: 'data', ...env }).sandbox
    const said = [{}, { PROBE_SANDBOX: 'required' }, { PROBE_SANDBOX: 'preferred' }].map(sandboxOf)
    deepEqual(said, [null, 'required', 'preferred'])
    throws(() => sandboxOf({ PROBE_SANDBOX: 'off' }), /PROBE_SANDBOX must be required or preferred/)
  })

  it('takes a server in the place of the working directory, and never both', () => {
    const { uploadsFrom, workingDirectory } = readConfig({ UPLOADS_FROM: 'https://Server:1234/' })
    deepEqual([uploadsFrom, workingDirectory], ['https://server:1234', undefined])
    const both = { WORKING_DIRECTORY: 'data', UPLOADS_FROM: 'https://server:1234' }
    throws(() => readConfig(both), /UPLOADS_FROM must be left out where WORKING_DIRECTORY or STORE is set/)
    throws(
      () => readConfig({}),
      /WORKING_DIRECTORY must be a folder, unless STORE or UPLOADS_FROM is set, but is not/,
    )
  })

  it('takes a store in the place of either, and beside a folder', () => {
    const STORE = 's3://bucket/prefix'
    const { store, workingDirectory } = readConfig({ STORE })
    deepEqual([store?.bucket, workingDirectory], ['bucket', undefined])
    deepEqual(readConfig({ STORE, WORKING_DIRECTORY: 'data' }).store?.prefix, 'prefix/')
    throws(() => readConfig({ STORE, UPLOADS_FROM: 'https://server:1234' }), /UPLOADS_FROM must be left out/)
  })

  const noServers = [
    'server:1234',
    'http://server',
    'https://',
    'https://server/streams',
    'https://a@server',
    'x',
  ]
  for (const UPLOADS_FROM of noServers) {
    it(`does not take ${UPLOADS_FROM} for a server`, () => {
      throws(
        () => readConfig({ UPLOADS_FROM }),
        /UPLOADS_FROM must be the address of the server such as https/,
      )
    })
  }

  it('names every fault at once', () => {
    const env = { PROBE_CONCURRENCY: '0', PROBE_TIMEOUT: 'soon', PROBE_MEMORY: '-1', PROBE_NICENESS: '20' }
    throws(
      () => readConfig(env),
      /WORKING_DIRECTORY.*PROBE_CONCURRENCY.*PROBE_TIMEOUT.*PROBE_MEMORY.*PROBE_NICENESS/,
    )
  })
})
