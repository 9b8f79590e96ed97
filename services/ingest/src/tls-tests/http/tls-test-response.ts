import type { TlsTestResponse } from '@pushav/shared/api/certificates.ts'
import { type TlsTestId, tlsTestNameOf } from '@pushav/shared/tls-tests/tls-tests.ts'
import { commandsFor, originOf } from '../commands.ts'
import { judge } from '../judge.ts'
import type { TestResult } from '../results.ts'
import { type TlsTest, tlsTests } from '../tests.ts'

/** Where clients reach the tests, and what they are to trust. */
export interface TestTarget {
  readonly host: string
  /** A DNS name of the server, below which each test has one. */
  readonly dnsName: string
  /** The file of the root of the server. */
  readonly root: string
  readonly byName: number | null
  readonly byTest: Partial<Readonly<Record<TlsTestId, number>>>
}

/** One test with what its clients did; `results` are those of this test. */
export function tlsTestResponse(
  id: TlsTestId,
  { host, dnsName, root, byName, byTest }: TestTarget,
  results: readonly TestResult[],
  devices: ReadonlyMap<string, readonly string[]>,
): TlsTestResponse {
  const test = tlsTests[id]
  const port = byTest[id]
  const name = tlsTestNameOf(id, dnsName)
  return {
    id,
    title: test.title,
    shows: test.shows,
    expects: test.expects,
    correct: test.correct,
    rule: test.rule,
    url: port === undefined ? null : originOf(host, port),
    url_by_name: byName === null ? null : originOf(name, byName),
    commands:
      port === undefined
        ? []
        : commandsFor({ host, port, root, byName: byName === null ? null : { port: byName, name } }),
    results: results.map((result) => resultResponse(test, result, devices.get(result.address) ?? [])),
  }
}

const resultResponse = (
  test: TlsTest,
  result: TestResult,
  devices: readonly string[],
): TlsTestResponse['results'][number] => ({
  address: result.address,
  certificate: result.certificate,
  devices: result.certificate ? [] : [...devices],
  ...judge(test, result),
  connections: result.connections,
  refused: result.refused,
  closed: result.closed,
  requests: result.requests,
  first_at: result.firstAt,
  last_at: result.lastAt,
  code: result.code,
  offers: result.offers,
  tls_version: result.tlsVersion,
  server_name: result.serverName,
})
