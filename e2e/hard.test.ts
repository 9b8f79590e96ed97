import { deepEqual, equal, ok } from 'node:assert/strict'
import { type Identity, makeDevice } from './support/curl.ts'
import { assembleFleet, type Sent } from './support/fleet.ts'
import { checkKept } from './support/kept.ts'
import { mediaOfSuite } from './support/media.ts'
import { stopped } from './support/signals.ts'
import type { Standalone } from './support/standalone.ts'
import { serverOfSuite } from './support/suite.ts'

describe('under hard conditions', function () {
  this.timeout(90_000)
  const server = serverOfSuite()
  const media = mediaOfSuite()
  let device: Identity

  before(async () => {
    device = await makeDevice(server(), 'hard')
  })

  it('takes 200 uploads while Redis hangs, and judges and probes them in order afterwards', async () => {
    using fleet = await assembleFleet(server(), device, media(), 40)
    {
      using _hung = await stopped(server(), 'redis')
      const sent = await fleet.push({ count: 200 })
      ok(sent.every(({ isPending }) => isPending))
    }
    await assertKept(server(), device, fleet.sent, 240)
  })
})

/** That every upload was answered 2xx, and that nothing of it is missing in the end. */
async function assertKept(
  server: Standalone,
  device: Identity,
  sent: readonly Sent[],
  count: number,
): Promise<void> {
  deepEqual(
    sent
      .filter(({ upload }) => upload === null)
      .map(({ path, status, complaint }) => [path, status, complaint]),
    [],
  )
  equal(sent.length, count)
  const { judgedMs: _judged, probedMs: _probed, ...missing } = await checkKept(server, device, sent)
  deepEqual(missing, { differing: 0, unjudged: 0, misordered: 0, wrong: 0, unprobed: 0 })
}
