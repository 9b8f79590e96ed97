import { deepEqual, equal } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { sessionsWith } from '../../access/sessions.ts'
import { streamAccessWith } from '../../access/stream-access.ts'
import { tokensWith } from '../../access/tokens.ts'
import { memoryStore } from '../../uploads/s3/testing/memory-store.ts'
import { sealedFiles } from '../s3/sealed-files.ts'
import { sharedGrantFiles, sharedSessionFiles, sharedTokenFiles } from './shared-access.ts'
import { sharedWebhookFiles } from './shared-webhooks.ts'

const now = () => new Date('2026-01-01T00:00:00Z')

describe('what machines share of access', () => {
  const setUp = () => sealedFiles(memoryStore(), Buffer.alloc(32, 7))
  const settings = { purpose: 'sign-in', name: null, role: 'viewer', lifeMs: 60_000 } as const

  it('has tokens, each use of which one machine alone takes', async () => {
    const files = setUp()
    const [one, two] = [1, 2].map(() => tokensWith(sharedTokenFiles(files), randomUUID, now))
    const made = await one?.make({ ...settings, uses: 2 })
    const redeemed = await Promise.allSettled(
      [one, two, one, two].map((machine) => machine?.redeem(made?.text ?? '', 'sign-in', null)),
    )
    equal(redeemed.filter(({ status }) => status === 'fulfilled').length, 2)
    deepEqual(
      (await two?.list())?.map(({ used, uses }) => [used, uses]),
      [[2, 2]],
    )
    await two?.remove(made?.token.hash.slice(0, 16) ?? '')
    deepEqual([await one?.list(), await files.list('tokens/')], [[], []])
  })

  it('has sign-ins that all machines know and end', async () => {
    const files = setUp()
    const [one, two] = [1, 2].map(() => sessionsWith(sharedSessionFiles(files), randomUUID, now))
    const begun = await one?.begin('admin', 'Ada')
    const found = await two?.find(begun?.cookie ?? '')
    deepEqual([found?.role, found?.name], ['admin', 'Ada'])
    if (found) await two?.end(found)
    deepEqual(await files.list('sessions/'), [])
  })

  it('has owners of streams, and takes those of before from the disk', async () => {
    const files = setUp()
    const local = { read: async (stream: string) => (stream === '1' ? { owner: 'old', members: [] } : null) }
    const accessOf = () =>
      streamAccessWith({
        files: sharedGrantFiles(files, local),
        keyOfCreator: async () => null,
        runExclusively: async (_key, work) => work(),
        now,
      })
    equal((await accessOf().of('1')).owner, 'old')
    await accessOf().setOwner('2', 'key')
    await accessOf().share('2', { key: 'other', name: 'b' })
    deepEqual(await accessOf().of('2'), { owner: 'key', members: [{ key: 'other', name: 'b' }] })
    deepEqual(await files.list('journals/2/'), ['access'])
    equal(await sharedGrantFiles(files, local).read('../2'), null)
  })

  it('has webhooks', async () => {
    const files = sharedWebhookFiles(setUp())
    const webhook = {
      ...{ id: randomUUID(), url: 'https://example.org', events: [], stream: null, secret: 's' },
      createdAt: now().toISOString(),
    }
    await files.create(webhook)
    deepEqual(await files.list(), [webhook])
    deepEqual([await files.remove(webhook.id), await files.remove(webhook.id)], [true, false])
    equal(await files.read('../key.json'), null)
  })
})
