import { join } from 'node:path'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisScriptIn } from '@pushav/shared/redis/script.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { DeviceContact } from '../../streams/ports.ts'
import type { DeviceIndex, DeviceTotals } from '../ports.ts'

/** All keys have one hash tag: a device sends to streams of any. */
export const devicesPrefix = '{devices}:'
const seenKey = `${devicesPrefix}seen`

const keysOf = (fingerprint: string) => ({
  totals: `${devicesPrefix}totals:${fingerprint}`,
  counts: `${devicesPrefix}counts:${fingerprint}`,
  streams: `${devicesPrefix}streams:${fingerprint}`,
  addresses: `${devicesPrefix}addresses:${fingerprint}`,
})

const maxAddresses = 16
const maxStreams = 100

const addDevice = redisScriptIn(join(import.meta.dirname, 'add-device.lua'))
const removeFrom = redisScriptIn(join(import.meta.dirname, 'remove-stream.lua'))

/** Totals by device in Redis, each read in a few commands. */
export function redisDeviceIndex(redis: RedisClient): DeviceIndex {
  return {
    async add(stream, { fingerprint, uploads, errors, firstSeen, last, addresses }) {
      const keys = scriptKeysOf(fingerprint)
      const facts = [uploads, errors, firstSeen, Date.parse(last.at), JSON.stringify(last), maxAddresses]
      const newest = newestOf(addresses).flatMap(([address, at]) => [Date.parse(at), address])
      const words = [fingerprint, stream, ...facts, ...newest]
      await orUnavailable(addDevice(redis, keys, words))
    },
    async removeStream(stream, fingerprints) {
      const removals = fingerprints.map((fingerprint) => {
        const keys = scriptKeysOf(fingerprint)
        return removeFrom(redis, keys, [fingerprint, stream])
      })
      await orUnavailable(Promise.all(removals))
    },
    async page(from, limit) {
      const [fingerprints, total] = await orUnavailable(
        Promise.all([redis.zrevrange(seenKey, from, from + limit - 1), redis.zcard(seenKey)]),
      )
      const found = await Promise.all(fingerprints.map(totals))
      return { devices: found.filter((one) => one !== null), total }
    },
    totals,
    async lastSeen(fingerprints) {
      if (fingerprints.length === 0) return []
      const scores = await orUnavailable(redis.zmscore(seenKey, ...fingerprints))
      return scores.map((score) => (score === null ? null : Number(score)))
    },
  }

  async function totals(fingerprint: string): Promise<DeviceTotals | null> {
    const keys = keysOf(fingerprint)
    const [{ uploads, errors, first, last }, streams, streamCount, addresses] = await orUnavailable(
      Promise.all([
        redis.hgetall(keys.totals),
        redis.zrevrange(keys.streams, 0, maxStreams - 1),
        redis.zcard(keys.streams),
        redis.zrevrange(keys.addresses, 0, maxAddresses - 1),
      ]),
    )
    if (last === undefined) return null
    return {
      fingerprint,
      uploads: Number(uploads),
      errors: Number(errors),
      firstSeen: first ?? '',
      last: JSON.parse(last) as DeviceContact,
      addresses,
      streams,
      streamCount,
    }
  }
}

function scriptKeysOf(fingerprint: string): readonly string[] {
  const { totals, counts, streams, addresses } = keysOf(fingerprint)
  return [seenKey, totals, counts, streams, addresses]
}

const newestOf = (addresses: Readonly<Record<string, string>>) =>
  Object.entries(addresses)
    .sort(([, one], [, other]) => (one < other ? 1 : -1))
    .slice(0, maxAddresses)
