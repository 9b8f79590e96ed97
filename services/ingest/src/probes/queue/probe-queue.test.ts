import { deepEqual, equal, ok } from 'node:assert/strict'
import { probeQueue, urgentProbeQueue } from '@pushav/shared/probe-job.ts'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { redisOutcomes } from '../redis/probe-outcomes.ts'
import { createProbeQueue } from './probe-queue.ts'

const segment = (n: number) => ({ stream: '1', upload: `s${n}`, path: `${n}.m4s`, init: 'i' })
const init = { stream: '1', upload: 'i', path: 'init.mp4', init: null }

describe('probe queue', () => {
  it('puts init segments where they need not wait, and segments together', async () => {
    await using rig = await startRig()
    await rig.probes.enqueue([init, ...Array.from({ length: 20 }, (_, n) => segment(n))])
    equal(await rig.urgent.count(), 1)
    equal(await rig.others.count(), 2)
  })

  it('enqueues an urgent job once, besides the batch that holds the same upload', async () => {
    await using rig = await startRig()
    await rig.probes.enqueue([segment(1), segment(2)])
    await rig.probes.enqueueUrgent(segment(2))
    await rig.probes.enqueueUrgent(segment(2))
    deepEqual(
      (await rig.urgent.getWaiting()).map(({ id }) => id),
      ['s2'],
    )
    await rig.probes.forget('1', 's2')
    equal(await rig.urgent.count(), 0)
  })

  it('knows how many jobs wait and how long the oldest has', async () => {
    await using rig = await startRig()
    deepEqual(await rig.probes.backlog(), { waiting: 0, running: 0, oldestWaitingMs: 0 })
    const timestamp = Date.now() - 60_000
    await rig.others.add('probe', segment(1), { timestamp })
    await rig.probes.enqueue([segment(2), segment(3), init])
    const { waiting: jobs, oldestWaitingMs: waitedMs } = await rig.probes.backlog()
    equal(jobs, 3)
    ok(waitedMs >= 60_000 && waitedMs < 90_000, String(waitedMs))
  })
})

async function startRig() {
  await using undo = new AsyncDisposableStack()
  const server = undo.use(await startRedisServer())
  const open = () =>
    undo.adopt(new Redis(server.path, { maxRetriesPerRequest: null }), (redis) => redis.disconnect())
  const redis = open()
  const probes = undo.use(createProbeQueue(redis, open(), redisOutcomes(redis), () => {}))
  const options = { connection: redis, prefix: probeQueue.prefix }
  const [others, urgent] = [probeQueue, urgentProbeQueue].map(({ name }) =>
    undo.adopt(new Queue(name, options), (queue) => queue.close()),
  )
  if (!others || !urgent) throw new Error('no queues')
  const kept = undo.move()
  return { probes, others, urgent, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
