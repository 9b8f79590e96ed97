import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { box } from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type StoppableRelay, stoppableRelay } from '../services/ingest/src/testing/stoppable-relay.ts'
import { type TestPrefix, testEndpoint, testPrefix } from '../services/ingest/src/testing/test-bucket.ts'
import { sha256Of } from './server/journal.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { type Machines, startMachines } from './support/topology/machines.ts'

// Sixteen cameras for five minutes: SOAK_SECONDS=300 SOAK_CAMERAS=16 npm run test:soak -- e2e/object-store.soak.test.ts
const seconds = Number(process.env.SOAK_SECONDS ?? 20)
const cameras = Number(process.env.SOAK_CAMERAS ?? 4)
/** Of each camera; probes take what a core has. */
const uploadsPerSecond = Number(process.env.SOAK_UPLOADS_PER_SECOND ?? 2)
const rebuildMs = 120_000
const probesMs = seconds * 10_000
const instances = ['a', 'b', 'c']

interface Stored {
  readonly id: string
  readonly sha256: string
}

/** What a camera has sent, in this order, and what was answered. */
interface Pushed {
  readonly stream: string
  readonly stored: readonly Stored[]
  /** Attempts that were answered with another status than 2xx, or not at all. */
  readonly refused: number
  readonly broken: number
}

if (testEndpoint === null) {
  describe('machines with an object store in common', () => {
    it('are tested where S3_TEST_ENDPOINT names one')
  })
} else {
  describe('machines with an object store in common', function () {
    this.timeout(600_000 + seconds * 20_000)
    const media = mediaOfSuite()
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
      const settings = { STORE: url, DURABILITY: 'store', STORE_WAIT: '5s' }
      machines = built.use(await startMachines(instances, settings))
      agent = new Agent({ ca: await readFile(machines.rootCertificate), keepAlive: true })
      built.defer(() => agent.destroy())
    })
    after(() => built.disposeAsync())

    it('lose nothing that was answered when each of them is killed and its disk removed', async () => {
      await assertNothingLost(loseMachines)
    })

    it('lose nothing that was answered while the store breaks off, hangs, responds 503 and goes on', async () => {
      await assertNothingLost(stopStore)
    })

    it('lose nothing that was answered while both happens', async () => {
      await assertNothingLost(async (isOver) =>
        (await Promise.all([loseMachines(isOver), stopStore(isOver)])).join(', '),
      )
    })

    /** One after the other is killed and loses its disk. */
    async function loseMachines(isOver: () => boolean): Promise<string> {
      for (let turn = 0, lost = 0; ; turn++) {
        await sleep(2_000)
        if (isOver() && turn >= instances.length) return `${lost} machines lost`
        const instance = instances[turn % instances.length] ?? ''
        await machines.lose(instance)
        lost++
        await sleep(2_000)
        await machines.replace(instance)
      }
    }

    /** Some outages are longer than STORE_WAIT. */
    async function stopStore(isOver: () => boolean): Promise<string> {
      for (let turn = 0; ; turn++) {
        await sleep(500 + Math.random() * 3_000)
        if (isOver() && turn >= 6) return `${turn} outages of the store`
        const forMs = 200 + Math.random() * 7_000
        if (turn % 3 === 0) {
          await relay.stop()
          await sleep(forMs)
          await relay.start()
        } else {
          if (turn % 3 === 1) relay.hang()
          else relay.slowDown()
          await sleep(forMs)
          relay.goOn()
        }
      }
    }

    /** What was stored is there at once, and again when all machines and Redis are lost. */
    async function assertNothingLost(disturb: (isOver: () => boolean) => Promise<string>): Promise<void> {
      const untilMs = performance.now() + seconds * 1_000
      let isOver = false
      const pushing = Promise.all(Array.from({ length: cameras }, () => push(() => isOver)))
      const disturbed = await disturb(() => performance.now() >= untilMs)
      isOver = true
      const pushed = await pushing
      const sum = (count: (one: Pushed) => number) => pushed.reduce((all, one) => all + count(one), 0)
      const stored = sum((one) => one.stored.length)
      const counts = [`${stored} stored`, `${sum((one) => one.refused)} refused`]
      report(...counts, `${sum((one) => one.broken)} broken off`, disturbed)
      ok(stored > cameras * 5, `${stored} were stored`)
      const inOrder = await assertAllThere(pushed)
      report(`${inOrder} of ${cameras} streams judged in the order in which they were sent`)
      const startedMs = performance.now()
      await machines.replaceAll()
      equal(await assertAllThere(pushed), cameras)
      report(
        `all there ${Math.round((performance.now() - startedMs) / 1_000)} s after all machines were lost`,
      )
    }

    /** A camera sends one upload after the other, each until it is answered. */
    async function push(isOver: () => boolean): Promise<Pushed> {
      const stream = await until('a stream is made', createStream, 60_000)
      const stored: Stored[] = []
      let [refused, broken] = [0, 0]
      for (let number = 0; !isOver(); number++) {
        const body = number === 0 ? media().init : segmentWith(`${stream}-${number}`, (number % 5) * 20_000)
        const path = number === 0 ? 'init.cmfv' : `${number}.cmfv`
        const startedMs = performance.now()
        while (!isOver()) {
          const response = await send('PUT', `/streams/${stream}/v/${path}`, body).catch(() => null)
          if (response && Math.floor(response.status / 100) === 2) {
            stored.push({ id: JSON.parse(String(response.body)).upload_id, sha256: sha256Of(body) })
            break
          }
          if (response) refused++
          else broken++
          await sleep(100)
        }
        await sleep(Math.max(0, 1_000 / uploadsPerSecond - (performance.now() - startedMs)))
      }
      return { stream, stored, refused, broken }
    }

    /** Ends with a box that no other upload has. */
    function segmentWith(name: string, size: number): Buffer {
      return Buffer.concat([media().segment, box('free', Buffer.alloc(name.length + size, name))])
    }

    async function createStream(): Promise<string | undefined> {
      const response = await send('POST', '/streams').catch(() => null)
      return response?.status === 201 ? String(JSON.parse(String(response.body)).id) : undefined
    }

    /**
     * Byte for byte, listed once, and probed. Returns how many streams were judged in the order in which they were sent:
     * while a machine or the store is away, another machine may judge an upload before one that was sent earlier.
     */
    async function assertAllThere(pushed: readonly Pushed[]): Promise<number> {
      let inOrder = 0
      for (const { stream, stored } of pushed) {
        const listed = await until('all are listed', () => listedWith(stream, stored), rebuildMs)
        equal(new Set(listed).size, listed.length)
        const ids = stored.map(({ id }) => id)
        const known = new Set(ids)
        const judged = listed.filter((id) => known.has(id))
        if (judged.every((id, at) => id === ids[at])) inOrder++
        for (const { id, sha256 } of stored) {
          const { status, body } = await send('GET', `/uploads/${stream}/${id}`)
          deepEqual([id, status, sha256Of(body)], [id, 200, sha256])
        }
      }
      for (const { stream } of pushed) await until('all are probed', () => allProbed(stream), probesMs)
      return inOrder
    }

    async function listedWith(
      stream: string,
      stored: readonly Stored[],
    ): Promise<readonly string[] | undefined> {
      const listed = (await uploadsOf(stream)).map(({ id }) => id)
      return stored.every(({ id }) => listed.includes(id)) ? listed : undefined
    }

    async function allProbed(stream: string): Promise<boolean> {
      const uploads = await uploadsOf(stream)
      return uploads.length > 0 && uploads.every(({ probe }) => probe !== 'pending')
    }

    async function uploadsOf(stream: string): Promise<readonly ListedUpload[]> {
      const all: ListedUpload[] = []
      for (let from = 0; ; ) {
        const { status, body } = await send('GET', `/streams/${stream}/uploads?limit=500&from=${from}`)
        if (status !== 200) return []
        const { uploads } = JSON.parse(String(body))
        if (uploads.length === 0) return all
        all.push(...uploads)
        from += uploads.length
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

interface ListedUpload {
  readonly id: string
  readonly probe: string
}

const report = (...counts: readonly string[]): void => console.log(`      ${counts.join(', ')}`)
