import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'
import { powerDisk, skipUnlessRoot } from '../testing/virtual-disk.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (sequence: number) => Buffer.concat([styp('msdh'), chunk({ sequence, at: sequence * 1_000 })])
/** Staged in a file, unlike the others. */
const large = Buffer.alloc(300_000, 7)

/** Small and large bodies, in folders of their own, over each other; by path. */
async function push(ingest: Ingest): Promise<ReadonlyMap<string, Buffer>> {
  const bodies = new Map<string, Buffer>([['v/init.mp4', init]])
  for (let i = 0; i < 40; i++) bodies.set(`v/${i % 3}/deep/${i}.m4s`, segment(i))
  bodies.set('large.bin', large)
  await ingest.send('POST', '/streams')
  await ingest.put('/streams/1/v/init.mp4', 'what is replaced')
  await Promise.all(
    [...bodies].map(async ([path, body]) => {
      equal((await ingest.put(`/streams/1/${path}`, body)).status, 202, path)
    }),
  )
  return bodies
}

describe('a loss of power', () => {
  const suite = ingestSuite()
  before(function () {
    skipUnlessRoot(this)
  })

  /** What was answered with 202, and what is there after the loss. */
  async function afterLoss(durability: string) {
    await using disk = await powerDisk()
    await cp(join(suite.path(), 'certs'), join(disk.path, 'certs'), { recursive: true })
    await using undo = new AsyncDisposableStack()
    const bodies = await push(
      undo.use(
        await suite.start({ WORKING_DIRECTORY: disk.path, DURABILITY: durability, DISK_RESERVE: '0' }),
      ),
    )
    await using left = await disk.losePower()
    await undo.disposeAsync()
    await suite.flush()
    const links = [...bodies.keys()].filter((path) => existsSync(join(left.path, 'streams/1', path)))
    await using ingest = await suite.start({ WORKING_DIRECTORY: left.path, INSTANCE: 'two' })
    const found = new Map<string, string>()
    for (const path of bodies.keys()) {
      const { status, text } = await ingest.get(`/streams/1/${path}`)
      if (status === 200) found.set(path, text)
    }
    const uploads = (await ingest.get('/streams/1/uploads')).json?.uploads?.length ?? 0
    return { bodies, found, uploads, links }
  }

  it('takes no upload that had its response, with DURABILITY=power', async () => {
    const { bodies, found, uploads, links } = await afterLoss('power')
    deepEqual([...found.keys()], [...bodies.keys()])
    deepEqual(links, [...bodies.keys()])
    for (const [path, body] of bodies) equal(found.get(path), body.toString(), path)
    equal(uploads, bodies.size + 1)
  })

  it('takes some with DURABILITY=process, which is why this test can tell', async () => {
    const { bodies, found } = await afterLoss('process')
    notEqual(found.size, bodies.size)
  })
})
