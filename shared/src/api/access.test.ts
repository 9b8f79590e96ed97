import { deepEqual, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { accessTable, callers } from './access.ts'
import { operations } from './operations.ts'

/** Rows for some of what a route serves, and for what is no operation of the API. */
const special = [
  'PUT /streams/{id}',
  'POST /streams/{id}',
  'GET /certs/server/root.pem',
  'GET /certs/device/root.pem',
  'GET /certs/device/{name}.pem',
  'GET /ui/sign-in',
  'GET /',
  'GET /ui',
]

describe('the table of access', () => {
  const routes = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)

  it('has a row for every operation', () => {
    deepEqual(
      routes.filter((route) => !(route in accessTable)),
      [],
    )
  })

  it('has no row for what is no operation', () => {
    deepEqual(
      Object.keys(accessTable)
        .filter((route) => !routes.includes(route))
        .sort(),
      special.toSorted(),
    )
  })

  it('never lets a lesser caller do what an admin may not, and lets admins do all but what the proxy reports', () => {
    for (const [route, { allowed, or }] of Object.entries(accessTable))
      ok(allowed.includes('admin') || or === 'proxy', route)
  })

  it('is the one in docs/security.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/security.md'), 'utf8')
    const documented = text.split('\n').filter((line) => /^\| `(GET|PUT|POST|DELETE) /.test(line))
    deepEqual(documented, tableLines())
  })
})

/** As docs/security.md has them. */
function tableLines(): readonly string[] {
  return Object.entries(accessTable).map(([route, { allowed, or, isPage }]) => {
    const cells = callers.map((caller) => {
      if (allowed.includes(caller)) return 'yes'
      if (or === 'enrolment') return 'token'
      return isPage ? 'sign-in' : '–'
    })
    return `| \`${route}\` | ${cells.join(' | ')} |`
  })
}
