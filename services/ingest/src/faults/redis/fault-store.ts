import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisScript } from '@pushav/shared/redis/script.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { FaultRule } from '../fault-rule.ts'
import type { FaultStore, StreamRule } from '../ports.ts'

/** One hash tag, so that a Redis Cluster keeps them together. */
const keys = {
  /** `<stream>/<id of the rule>` → FaultRule. */
  rules: '{pushav-faults}:rules',
  version: '{pushav-faults}:version',
  /** Id of the rule → how many uploads it was about. */
  matches: '{pushav-faults}:matches',
  hits: '{pushav-faults}:hits',
  /** Id of the rule → fingerprint of the certificate that it lets expire. */
  certificates: '{pushav-faults}:certificates',
} as const

// KEYS[1] hits. ARGV: rule, its limit. 1 when the hit was counted, else 0.
const countHit = redisScript(`
  if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') >= tonumber(ARGV[2]) then return 0 end
  redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
  return 1`)

// KEYS[1] version, KEYS[2] rules. ARGV: field and rule in turn.
const addRules = redisScript(`
  redis.call('HSET', KEYS[2], unpack(ARGV))
  return redis.call('INCR', KEYS[1])`)

// KEYS[1] version, KEYS[2] rules, KEYS[3] matches, KEYS[4] hits, KEYS[5] certificates. ARGV: field, id of the rule.
const removeRule = redisScript(`
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('HDEL', KEYS[3], ARGV[2])
  redis.call('HDEL', KEYS[4], ARGV[2])
  redis.call('HDEL', KEYS[5], ARGV[2])
  return redis.call('INCR', KEYS[1])`)

const fieldOf = ({ stream, rule }: StreamRule): string => `${stream}/${rule.id}`

/** Rules and their counts as hashes of Redis. They are no part of the index, which may be emptied. */
export function redisFaultStore(redis: RedisClient): FaultStore {
  return {
    version: async () => (await orUnavailable(redis.get(keys.version))) ?? '0',
    async all() {
      const fields = await orUnavailable(redis.hgetall(keys.rules))
      return Object.entries(fields).map(([field, json]) => ({
        stream: field.slice(0, field.indexOf('/')),
        rule: JSON.parse(json) as FaultRule,
      }))
    },
    async add(rules) {
      const pairs = rules.flatMap((rule) => [fieldOf(rule), JSON.stringify(rule.rule)])
      await orUnavailable(addRules(redis, [keys.version, keys.rules], pairs))
    },
    async remove(rules) {
      const { version, rules: stored, matches, hits, certificates } = keys
      for (const one of rules)
        await orUnavailable(
          removeRule(redis, [version, stored, matches, hits, certificates], [fieldOf(one), one.rule.id]),
        )
    },
    countMatch: (rule) => orUnavailable(redis.hincrby(keys.matches, rule, 1)),
    countHit: async (rule, maxHits) =>
      (await orUnavailable(countHit(redis, [keys.hits], [rule, maxHits]))) === 1,
    expiredCertificate: (rule) => orUnavailable(redis.hget(keys.certificates, rule)),
    expireCertificate: async (rule, fingerprint) =>
      (await orUnavailable(redis.hsetnx(keys.certificates, rule, fingerprint))) === 1,
    async counts(rules) {
      if (rules.length === 0) return []
      const [matches, hits] = await orUnavailable(
        Promise.all([redis.hmget(keys.matches, ...rules), redis.hmget(keys.hits, ...rules)]),
      )
      return rules.map((_, i) => ({ matched: Number(matches[i] ?? 0), hits: Number(hits[i] ?? 0) }))
    },
  }
}
