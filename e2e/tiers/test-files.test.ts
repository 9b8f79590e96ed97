import { deepEqual, equal, ok } from 'node:assert/strict'
import { bundles, testFiles, withBundles } from './test-files.ts'

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

describe('withBundles', () => {
  const members = [...bundles().values()].flat()

  it('has each test once, alone or in one bundle', () => {
    equal(new Set(members).size, members.length)
    deepEqual(
      members.filter((file) => !integration.includes(file)),
      [],
    )
    const files = withBundles(integration)
    deepEqual(files.flatMap((file) => bundles().get(file) ?? [file]).sort(), [...integration].sort())
    equal(files.length, integration.length - members.length + bundles().size)
  })

  it('leaves files alone of whose bundle not all are to run', () => {
    const [first = ''] = members
    deepEqual(withBundles([first]), [first])
  })
})
