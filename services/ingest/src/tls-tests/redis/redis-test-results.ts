import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { TlsTestConnection, TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { TestResult, TestResults } from '../results.ts'

const prefix = '{pushav}:tls-test:'
const newestKey = `${prefix}newest`
const maxResults = 1_000

const keyOf = (name: string): string => `${prefix}result:${name}`

// KEYS[1] results by time, KEYS[2] the result. ARGV: prefix of results, how many are kept, name, time (Unix ms),
// outcome, requests, facts as JSON, certificate as JSON or empty, address.
const recordScript = `
  redis.call('ZADD', KEYS[1], ARGV[4], ARGV[3])
  redis.call('HSETNX', KEYS[2], 'first', ARGV[4])
  redis.call('HSET', KEYS[2], 'last', ARGV[4])
  redis.call('HINCRBY', KEYS[2], 'requests', ARGV[6])
  redis.call('HSET', KEYS[2], 'address', ARGV[9])
  if ARGV[5] ~= 'more' then
    redis.call('HINCRBY', KEYS[2], 'connections', 1)
    if ARGV[5] ~= 'requests' then redis.call('HINCRBY', KEYS[2], ARGV[5], 1) end
    redis.call('HSET', KEYS[2], 'facts', ARGV[7])
  end
  if ARGV[8] ~= '' then redis.call('HSET', KEYS[2], 'certificate', ARGV[8]) end
  for _, old in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1 - ARGV[2])) do
    redis.call('ZREM', KEYS[1], old)
    redis.call('DEL', ARGV[1] .. old)
  end`

type Facts = Pick<TestResult, 'code' | 'offers' | 'tlsVersion' | 'serverName'>

/** A hash for each pair of test and certificate, or address where there is none. All keys have one hash tag. */
export function redisTestResults(redis: RedisClient, now: () => Date): TestResults {
  return {
    async record(connections) {
      const at = now().getTime()
      await orUnavailable(Promise.all(connections.map((connection) => recordOne(connection, at))))
    },
    async clear({ address, certificate }) {
      const found = await read()
      const cleared = found.flatMap(([name, result]) =>
        (address === undefined || result.address === address) &&
        (certificate === undefined || result.certificate?.fingerprint === certificate)
          ? [name]
          : [],
      )
      if (cleared.length === 0) return 0
      const removals = [redis.zrem(newestKey, ...cleared), redis.del(...cleared.map(keyOf))]
      await orUnavailable(Promise.all(removals))
      return cleared.length
    },
    newest: async () => (await read()).map(([, result]) => result),
  }

  /** Newest first. */
  async function read(): Promise<readonly (readonly [name: string, TestResult])[]> {
    const names = await orUnavailable(redis.zrevrange(newestKey, 0, maxResults - 1))
    const found = await orUnavailable(Promise.all(names.map((name) => redis.hgetall(keyOf(name)))))
    return names.flatMap((name, i) => {
      const fields = found[i]
      return fields?.last ? [[name, resultOf(name, fields)] as const] : []
    })
  }

  function recordOne(connection: TlsTestConnection, at: number): Promise<unknown> {
    const { test, address, outcome, requests, certificate } = connection
    const name = `${test} ${certificate ? `#${certificate.fingerprint}` : address}`
    const { code, offers, tls_version: tlsVersion, server_name: serverName } = connection
    const facts = JSON.stringify({ code, offers, tlsVersion, serverName } satisfies Facts)
    const words = [
      name,
      at,
      outcome,
      requests,
      facts,
      certificate ? JSON.stringify(certificate) : '',
      address,
    ]
    return redis.eval(recordScript, 2, newestKey, keyOf(name), keyOf(''), maxResults, ...words)
  }
}

/** The casts are safe: this file wrote the names and the JSON. */
function resultOf(name: string, fields: Readonly<Record<string, string>>): TestResult {
  const [test = '', client = ''] = name.split(' ')
  const count = (field: string) => Number(fields[field] ?? 0)
  const at = (field: string) => new Date(count(field)).toISOString()
  return {
    // A result of an older version has its address in its name alone.
    test: test as TlsTestId,
    address: fields.address ?? client,
    firstAt: at('first'),
    lastAt: at('last'),
    connections: count('connections'),
    refused: count('refused'),
    closed: count('closed'),
    requests: count('requests'),
    ...(JSON.parse(fields.facts ?? '{"code":"","offers":null,"tlsVersion":null,"serverName":null}') as Facts),
    certificate: fields.certificate ? (JSON.parse(fields.certificate) as TestResult['certificate']) : null,
  }
}
