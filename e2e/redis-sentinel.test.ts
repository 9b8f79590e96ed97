import { deepEqual, equal } from 'node:assert/strict'
import { until } from '@pushav/shared/testing/until.ts'
import { ingestSuite } from '../services/ingest/src/testing/ingest.ts'
import { startWorkerProcess } from '../services/probe/src/testing/worker-process.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { apiContents, continuousStreams, listenTo, reindex } from './support/topology/continuous-streams.ts'
import { type Sentinels, startSentinels } from './support/topology/redis-sentinels.ts'

describe('on a Redis that Sentinels watch', function () {
  this.timeout(90_000)
  const suite = ingestSuite()
  const media = mediaOfSuite()

  const faults = [
    ['its primary was killed', async ({ primary }: Sentinels) => primary.kill()],
    ['its primary was cut off without a word', async ({ primary }: Sentinels) => primary.freeze()],
  ] as const
  for (const [what, fail] of faults)
    it(`answers every upload, and judges and probes all, when ${what}`, async () => {
      await using sentinels = await startSentinels()
      const settings = { REDIS_URL: sentinels.url, SESSION_IDLE: '1h' }
      await using ingest = await suite.start(settings)
      await using _worker = await startWorkerProcess({
        ...settings,
        ...{ WORKING_DIRECTORY: suite.path(), TMPDIR: suite.path() },
      })
      const fed = continuousStreams(ingest, ['1', '2'], media())
      await fed.create()
      await fed.feed()
      await fed.untilThrough()

      await fail(sentinels)
      await fed.feed()
      await sentinels.untilFailover()
      await fed.feed()
      await fed.untilThrough()
      equal((await ingest.get('/readyz')).status, 200)
      using events = await listenTo(ingest)
      await fed.feed()
      await fed.untilThrough()
      await until('the last event', async () => events.kinds.has('upload-probed'))

      const answers = await apiContents(ingest)
      await reindex({ ...settings, WORKING_DIRECTORY: suite.path() })
      await fed.untilThrough()
      deepEqual(await apiContents(ingest), answers)
    })
})
