import { deepEqual, equal, ok } from 'node:assert/strict'
import { testFiles } from './test-files.ts'

const { unit, integration, soak } = testFiles()

describe('testFiles', () => {
  it('calls a test that starts nothing a unit test', () => {
    ok(unit.includes('e2e/house-rules.test.ts'))
    ok(unit.includes('shared/src/lib/lru.test.ts'))
  })

  it('calls a test that starts a process, itself or through its support, an integration test', () => {
    ok(integration.includes('e2e/crash.test.ts'))
    ok(integration.includes('services/ingest/src/start-ingest.test.ts'))
  })

  it('keeps long tests apart by their name, and gives each test one tier', () => {
    ok(soak.length > 0)
    ok(soak.every((file) => file.endsWith('.soak.test.ts')))
    const all = [...unit, ...integration, ...soak]
    equal(new Set(all).size, all.length)
    deepEqual(
      [...unit, ...integration].filter((file) => file.includes('.soak.')),
      [],
    )
  })
})
