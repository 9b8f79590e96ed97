import { deepEqual, equal } from 'node:assert/strict'
import { accessTable, type Caller, callers } from '@pushav/shared/api/access.ts'
import { ingestSuite } from '../services/ingest/src/testing/ingest.ts'
import type { Standalone } from './server/standalone.ts'
import {
  adminOf,
  type CallerResponse,
  callerWith,
  enrolledDevice,
  makeToken,
  signedIn,
  type TestCaller,
} from './support/access/callers.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

/** Besides the callers of the table: a browser that an admin uses. */
const columns = [...callers, 'admin cookie'] as const
type Column = (typeof columns)[number]

const callerOf = (column: Column): Caller => (column === 'admin cookie' ? 'admin' : column)

/** Codes that say that a caller may not. */
const denials = ['certificate-required', 'access-denied', 'enrolment-required']

/** What stands for the names of the table's paths, where it is not the stream's id. */
const examples: Readonly<Record<string, string>> = {
  path: 'a/b.m4s',
  session: 'none',
  track: 'video',
  time: '0',
  init: 'none',
  hierarchy: 'server',
  file: 'localhost.pem',
  name: 'no-such-device',
  fingerprint: '0'.repeat(64),
  key: '0'.repeat(64),
  token: 'none',
}

/** Ends the session of the one who asks, so it comes after all others. */
const isLast = (route: string) => route === 'POST /access/sign-out'

describe('the table of access', function () {
  this.timeout(120_000)
  const serverOf = serverOfSuite(['--auth', 'mtls'], { PROBE_WAIT: '50ms' })
  const ingests = ingestSuite()
  let all: Readonly<Record<Column, TestCaller>>
  let stream = ''
  let upload = ''
  before('enrols devices and signs browsers in', async () => {
    all = await makeCallers(serverOf())
    stream = await makeSharedStream()
    const { json } = await all.owner.send('PUT', `/streams/${stream}/a/b.m4s`, 'bytes')
    upload = json.upload_id
  })
  after(() => {
    for (const column of columns) all[column][Symbol.dispose]()
  })

  it('has a row for every route of the service', async () => {
    await using ingest = await ingests.start()
    const routes = ingest.routes.flatMap(rowsOf)
    deepEqual(
      routes.filter((route) => !(route in accessTable)),
      [],
    )
  })

  it('is what the server does, for every route and caller (F-04)', async () => {
    const routes = Object.keys(accessTable).toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)))
    const wrong: string[] = []
    const lines: string[] = []
    for (const route of routes) {
      const results: string[] = []
      for (const column of columns) {
        const response = await askFor(route, column)
        const isDenied = isDenial(response)
        results.push(`${isDenied ? '–' : '✓'} ${response.status}`)
        if (isDenied === accessTable[route]?.allowed.includes(callerOf(column)))
          wrong.push(`${route} to ${column}: ${response.status} ${response.text.slice(0, 200)}`)
      }
      lines.push(`${route.padEnd(52)} ${results.map((result) => result.padEnd(8)).join('')}`)
    }
    if (process.env.SHOW_ACCESS) console.log([`${''.padEnd(53)}${columns.join('  ')}`, ...lines].join('\n'))
    deepEqual(wrong, [])
  })

  it('denies what it has no row for', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['PUT', '/streams'],
      ['DELETE', '/certs/device/root.pem'],
      ['OPTIONS', '/streams/1'],
      ['GET', '/%73treams'],
    ] as const) {
      const { status, json } = await all.anonymous.send(method, path)
      deepEqual([status, json.code], [403, 'certificate-required'], `${method} ${path}`)
      const known = await all.admin.send(method, path)
      equal([404, 405].includes(known.status), true, `${method} ${path}: ${known.status}`)
    }
  })

  it('holds for other spellings of a path', async () => {
    for (const path of [
      `/STREAMS/${stream}`,
      `/streams/${stream}/`,
      `/streams/%3${stream}/a/b.m4s`,
      `/Streams/Probe/${stream}/a/b.m4s`,
      `/streams/${stream}/a/../a/b.m4s`,
      `/uploads/${stream}/${upload}/`,
    ]) {
      const { status, json } = await all.stranger.send('GET', path)
      deepEqual([status, json?.code], [403, 'access-denied'], path)
    }
    equal((await all.stranger.send('PUT', `/streams/%3${stream}/a/c.m4s`, 'x')).status, 403)
    equal((await all.stranger.send('HEAD', `/streams/${stream}`)).status, 403)
  })

  function isDenial({ status, headers, json }: CallerResponse): boolean {
    if (status === 303) return String(headers.location).startsWith('/ui/sign-in?next=')
    return status === 403 && denials.includes(json?.code)
  }

  async function askFor(route: string, column: Column): Promise<CallerResponse> {
    const [method = '', path = ''] = route.split(' ')
    // What is deleted is made for each caller anew.
    const target = method === 'DELETE' ? await makeSharedStream() : stream
    const url = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
      if (name === 'id') return target
      return name === 'upload' ? upload : (examples[name] ?? name)
    })
    return all[column].send(method, url, method === 'PUT' ? 'bytes' : undefined)
  }

  async function makeSharedStream(): Promise<string> {
    const { json } = await all.owner.send('POST', '/streams')
    const shared = await all.owner.send(
      'POST',
      `/access/streams/${json.id}`,
      JSON.stringify({ name: 'shared' }),
    )
    equal(shared.status, 200, shared.text)
    return String(json.id)
  }
})

async function makeCallers(server: Standalone): Promise<Readonly<Record<Column, TestCaller>>> {
  const admin = await adminOf(server)
  const device = async (name: string) => (await enrolledDevice(server, admin, name)).caller
  const browser = async (role: string) =>
    signedIn(server, await makeToken(admin, { purpose: 'sign-in', role }))
  return {
    anonymous: await callerWith(server, {}),
    stranger: await device('stranger'),
    shared: await device('shared'),
    owner: await device('owner'),
    viewer: await browser('viewer'),
    admin,
    'admin cookie': await browser('admin'),
  }
}

/** The rows of a route of express, such as `GET /streams/:id`. */
function rowsOf(route: string): readonly string[] {
  const [method, pattern = ''] = route.split(' ')
  const paths = pattern.split(',').flatMap((path) => {
    const named = path.replace(/:(\w+)/g, '{$1}').replace('*path', '{path}')
    return named.includes('{/{path}}')
      ? [named.replace('{/{path}}', ''), named.replace('{/{path}}', '/{path}')]
      : [named]
  })
  return paths.map((path) => `${method} ${path}`)
}
