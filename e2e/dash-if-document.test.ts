import { deepEqual } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** How many rows each clause has, numbered from 01. */
const families = { C: 20, F: 10, ID: 1, I1: 46, I2: 17, D: 17 }

interface Row {
  readonly id: string
  readonly says: string
  /** Test files without their ending; none for a dash. */
  readonly tests: readonly string[]
}

const rows = readFileSync(join(root, 'docs/dash-if.md'), 'utf8').split('\n').flatMap(parseRow)
const testsOf = idsInTitles()

describe('docs/dash-if.md', () => {
  it('has each row of the specification once, in order', () => {
    const all = Object.entries(families).flatMap(([family, count]) =>
      Array.from({ length: count }, (_, n) => `${family}-${String(n + 1).padStart(2, '0')}`),
    )
    deepEqual(
      rows.map(({ id }) => id),
      [...all],
    )
  })

  it('says something of each row', () => {
    deepEqual(
      rows.filter(({ says }) => says.length < 5),
      [],
    )
  })

  it('names the tests whose titles name a row, and no others', () => {
    const named = Object.fromEntries(rows.map(({ id, tests }) => [id, [...tests].sort()]))
    const titled = Object.fromEntries(rows.map(({ id }) => [id, [...(testsOf.get(id) ?? [])].sort()]))
    deepEqual(named, titled)
  })

  it('has every row that a title names', () => {
    const known = new Set(rows.map(({ id }) => id))
    deepEqual(
      [...testsOf.keys()].filter((id) => !known.has(id)),
      [],
    )
  })
})

function parseRow(line: string): Row[] {
  const [, id = '', , says = '', tests = ''] = line.split('|').map((cell) => cell.trim())
  if (!/^[A-Z][A-Z0-9]?-\d\d$/.test(id)) return []
  return [{ id, says, tests: tests === '–' ? [] : tests.split(', ') }]
}

/** By id, the test files that have it in a title. */
function idsInTitles(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of globSync('{shared,proxy,services,e2e}/**/*.test.ts', {
    cwd: root,
    exclude: isForeign,
  })) {
    const titles = readFileSync(join(root, file), 'utf8').matchAll(/\b(?:it|describe)\(\s*(['"`])(.*)\1/g)
    for (const [, , title = ''] of titles) {
      for (const [id] of title.matchAll(/\b(?:C|F|ID|I1|I2|D)-\d\d\b/g)) {
        found.set(id, (found.get(id) ?? new Set()).add(basename(file, '.test.ts')))
      }
    }
  }
  return found
}

function isForeign(path: string): boolean {
  return path.includes('node_modules')
}
