import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '@pushav/shared/testing/until.ts'
import { type StoppableRelay, stoppableRelay } from '../services/ingest/src/testing/stoppable-relay.ts'
import { type TestPrefix, testEndpoint, testPrefix } from '../services/ingest/src/testing/test-bucket.ts'
import { type Machines, startMachines } from './support/topology/machines.ts'

const cameras = 4
const rebuildMs = 120_000
const instances = ['a', 'b', 'c']

interface Stored {
  readonly stream: string
  readonly id: string
  readonly sha256: string
}

if (testEndpoint === null) {
  describe('machines with an object store in common', () => {
    it('are tested where S3_TEST_ENDPOINT names one')
  })
} else {
  describe('machines with an object store in common', function () {
    this.timeout(600_000)
    let built: AsyncDisposableStack
    let prefix: TestPrefix
    let relay: StoppableRelay
    let machines: Machines
    let agent: Agent

    before(async () => {
      built = new AsyncDisposableStack()
      prefix = built.use(await testPrefix())
      relay = built.use(await stoppableRelay(testEndpoint ?? ''))
      const url = prefix.url.replace(/endpoint=[^&]+/, `endpoint=${relay.url}`)
      const settings = { STORE: url, DURABILITY: 'store', STORE_WAIT: '10s' }
      machines = built.use(await startMachines(instances, settings))
      agent = new Agent({ ca: await readFile(machines.rootCertificate), keepAlive: true })
      built.defer(() => agent.destroy())
    })
    after(() => built.disposeAsync())

    it('lose nothing that was answered when each of them is killed and its disk removed', async () => {
      const stored = await pushWhile(async () => {
        for (const instance of ['b', 'c']) {
          await sleep(4_000)
          await machines.lose(instance)
          await sleep(2_000)
          await machines.replace(instance)
        }
      })
      ok(stored.length > 100, `${stored.length} were stored`)
      await assertAllThere(stored)
      await machines.replaceAll()
      await assertAllThere(stored)
    })

    it('lose nothing that was answered while the store comes and goes', async () => {
      const stored = await pushWhile(async () => {
        for (let times = 0; times < 3; times++) {
          await sleep(2_000)
          await relay.stop()
          await sleep(1_000)
          await relay.start()
        }
        await sleep(3_000)
      })
      ok(stored.length > 50, `${stored.length} were stored`)
      await assertAllThere(stored)
      await machines.replaceAll()
      await assertAllThere(stored)
    })

    /** Cameras push one upload after the other until the disturbance is over; what was answered with 202. */
    async function pushWhile(disturb: () => Promise<void>): Promise<readonly Stored[]> {
      let isOver = false
      const pushing = Array.from({ length: cameras }, async () => {
        const created = await until('a stream is made', () => createStream())
        const stored: Stored[] = []
        for (let number = 0; !isOver; number++) {
          const body = randomBytes(1_000 + (number % 5) * 20_000)
          const response = await send('PUT', `/streams/${created}/${number}.bin`, body).catch(() => null)
          if (response?.status !== 202) continue
          const sha256 = createHash('sha256').update(body).digest('hex')
          stored.push({ stream: created, id: JSON.parse(String(response.body)).upload_id, sha256 })
        }
        return stored
      })
      await disturb()
      isOver = true
      return (await Promise.all(pushing)).flat()
    }

    async function createStream(): Promise<string | undefined> {
      const response = await send('POST', '/streams').catch(() => null)
      return response?.status === 201 ? String(JSON.parse(String(response.body)).id) : undefined
    }

    /** Byte for byte, and listed once. */
    async function assertAllThere(stored: readonly Stored[]): Promise<void> {
      for (const [stream, some] of Map.groupBy(stored, (one) => one.stream)) {
        const missing = async () => {
          const listed = await listOf(stream)
          deepEqual(listed.length, new Set(listed).size)
          return some.filter(({ id }) => !listed.includes(id))
        }
        await until('all are listed', async () => (await missing()).length === 0, rebuildMs)
        for (const { id, sha256 } of some.slice(-20)) {
          const { status, body } = await send('GET', `/uploads/${stream}/${id}`)
          equal(status, 200)
          equal(createHash('sha256').update(body).digest('hex'), sha256)
        }
      }
    }

    async function listOf(stream: string): Promise<readonly string[]> {
      const ids: string[] = []
      for (let after = ''; ; ) {
        const { body } = await send('GET', `/streams/${stream}/uploads?limit=500${after}`)
        const { uploads, next_cursor: next } = JSON.parse(String(body))
        ids.push(...uploads.map(({ id }: { id: string }) => id))
        if (next === null || next === undefined) return ids
        after = `&cursor=${next}`
      }
    }

    async function send(method: string, path: string, content?: Buffer) {
      const sent = request({ agent, host: 'localhost', port: machines.port, method, path, timeout: 60_000 })
      sent.end(content)
      const [response] = await once(sent, 'response')
      const parts: Buffer[] = []
      for await (const bytes of response) parts.push(bytes)
      return { status: Number(response.statusCode), body: Buffer.concat(parts) }
    }
  })
}
