import { deepEqual, equal, ok } from 'node:assert/strict'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { assembleFleet, type Fleet } from './load/fleet.ts'
import { openIdle } from './load/idle-connections.ts'
import { slowReaders } from './load/slow-readers.ts'
import { slowWriters } from './load/slow-writers.ts'
import { floodStreams } from './load/stream-flood.ts'
import { verifyStored } from './load/verify-stored.ts'
import { sha256Of } from './server/journal.ts'
import { pauseProcess } from './server/pause-process.ts'
import { startLatencyRelay } from './server/redis-latency-relay.ts'
import { type Standalone, startStandalone } from './server/standalone.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const cameras = 8
/** A probe takes half a second where others use the machine. */
const patience = { probedWithinMs: 180_000 }
const mebibyte = Buffer.alloc(2 ** 20, 'an object that is read slowly, ')

describe('under adverse conditions', function () {
  this.timeout(240_000)
  const server = serverOfSuite()
  const media = mediaOfSuite()
  let device: Identity

  before(async () => {
    device = await makeDevice(server(), 'adverse')
  })

  it('answers 80 uploads while Redis hangs, and judges and probes them in order afterwards', async () => {
    using fleet = await assembleFleet(server(), device, media(), 40)
    // What is known of a stream need not be asked for any more: its next lines are committed at once.
    await fleet.push({ count: 120 })
    const from = server().log.length
    using hung = await pauseProcess(server(), 'redis')
    const sent = await fleet.push({ count: 60 })
    ok(sent.every(({ isPending }) => isPending))
    // A commit under way is carried out when Redis goes on, though its answer is not waited for any more.
    await server().logged(/index is behind/, from)
    await fleet.push({ count: 20 })
    hung[Symbol.dispose]()
    await assertKept(server(), device, fleet, 240)
  })

  it('serves fast uploads to their end beside 40 slow uploads and 40 slow downloads, and those too', async () => {
    const stream = await makeStream(server())
    const path = `/streams/${stream}/object.bin`
    equal((await curl(server(), path, ['-T', '-'], mebibyte)).status, 202)
    using writers = await slowWriters(server(), device, stream, 40)
    using readers = await slowReaders(server(), device, { path, sha256: sha256Of(mebibyte) }, 40)
    using fleet = await assembleFleet(server(), device, media(), cameras)
    await fleet.push({ count: 32 })
    deepEqual(await writers.finish(), [])
    deepEqual(await readers.finish(), [])
    await assertKept(server(), device, fleet, cameras + 32)
  })

  it('serves uploads beside 1 000 idle connections', async () => {
    const identity = { ...device, cacert: server().rootCertificate }
    using idle = await openIdle(server().port, identity, 1_000, AbortSignal.timeout(60_000))
    ok(idle.count >= 1_000)
    using fleet = await assembleFleet(server(), device, media(), cameras)
    await fleet.push({ count: 16 })
    await assertKept(server(), device, fleet, cameras + 16)
  })

  for (const manner of ['heads', 'resets', 'uploads'] as const)
    it(`serves others when one connection opens 2 000 streams (${manner})`, async () => {
      const stream = await makeStream(server())
      using fleet = await assembleFleet(server(), device, media(), cameras)
      const [flooded] = await Promise.all([
        floodStreams(server(), device, { stream, count: 2_000, manner }),
        fleet.push({ count: 16 }),
      ])
      ok(flooded.sent > 128, JSON.stringify(flooded))
      await assertKept(server(), device, fleet, cameras + 16)
    })
})

describe('with a Redis whose every answer takes 100 ms more', function () {
  this.timeout(240_000)
  const media = mediaOfSuite()

  it('answers, judges in order and probes all uploads', async () => {
    await using redis = await startRedisServer()
    await using relay = await startLatencyRelay(redis.path, 100)
    await using server = await startStandalone(['--redis', relay.path])
    const device = await makeDevice(server, 'adverse')
    using fleet = await assembleFleet(server, device, media(), cameras)
    await fleet.push({ count: 32 })
    await assertKept(server, device, fleet, cameras + 32)
    equal(await server.stop(), 0)
  })
})

/** That every upload was answered 2xx, and that nothing of it is missing in the end. */
async function assertKept(
  server: Standalone,
  device: Identity,
  { sent }: Fleet,
  count: number,
): Promise<void> {
  const refused = sent.filter(({ upload }) => upload === null)
  deepEqual(
    refused.map(({ path, status, complaint }) => [path, status, complaint]),
    [],
  )
  equal(sent.length, count)
  const {
    judgedMs: _judged,
    probedMs: _probed,
    ...missing
  } = await verifyStored(server, device, sent, patience)
  deepEqual(missing, { differing: 0, unjudged: 0, misordered: 0, wrong: 0, unprobed: 0 })
}
