import { deepEqual, equal, ok } from 'node:assert/strict'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { floodStreams } from './load/stream-flood.ts'
import { readJournal } from './server/journal.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

/** NGHTTP2_ENHANCE_YOUR_CALM */
const enhanceYourCalm = 11
/** Streams that are open at once, and those that may be reset. */
const maxRecorded = 128 + 256 + 1

describe('an HTTP/2 connection that opens and resets uploads', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite()
  let device: Identity
  before(async () => {
    device = await makeDevice(server(), 'cam')
  })

  for (const manner of ['resets', 'cut-uploads'] as const)
    it(`is closed after some hundreds, and others go on (${manner})`, async () => {
      const stream = await makeStream(server())
      const from = server().log.length
      const flood = floodStreams(server(), device, { stream, count: 5_000, manner })
      const path = `/streams/${stream}/other.m4s`
      const other = curl(server(), path, [...as(device), '-T', '-'], 'other')
      const { goaway, isBrokenOff } = await flood
      ok(isBrokenOff || goaway === enhanceYourCalm, String(goaway))
      equal((await other).status, 202)
      await server().logged(/http\/2 connection closed.*too many streams were reset/, from)
      // An upload after it is behind all that ingest still had to do for the flood.
      equal((await curl(server(), path, [...as(device), '-T', '-'], 'last')).status, 202)
      const { uploads } = await readJournal(server(), stream)
      ok(uploads.length <= maxRecorded + 2, String(uploads.length))
    })

  it('keeps its connection when it resets 100, each of which is recorded', async () => {
    const stream = await makeStream(server())
    const { goaway } = await floodStreams(server(), device, { stream, count: 100, manner: 'cut-uploads' })
    equal(goaway, null)
    const listed = async () => (await curl(server(), `/streams/${stream}/uploads?limit=1000`)).json.uploads
    await until('all are listed', async () => (await listed()).length === 100)
    deepEqual(new Set((await listed()).map(({ whole }: { whole: boolean }) => whole)), new Set([false]))
  })
})
