import { deepEqual, equal, rejects } from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { diskTokenFiles } from './disk/token-files.ts'
import { hashOfSecret, idOfToken, type Tokens, tokensWith } from './tokens.ts'

const hour = 3_600_000

describe('tokens', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let time: number
  let texts: number
  let tokens: Tokens
  const open = async () =>
    tokensWith(
      await diskTokenFiles(directory.path),
      () => `secret-${++texts}`,
      () => new Date(time),
    )
  const enrolment = { purpose: 'enrolment', name: null, role: 'viewer', uses: 1, lifeMs: hour } as const
  const invalid = (words: RegExp) => ({ code: 'token-invalid', message: words })
  beforeEach(async () => {
    directory = await temporaryDirectory()
    time = Date.parse('2026-11-28T12:00:00Z')
    texts = 0
    tokens = await open()
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  it('are used once, and not a second time, also after a restart', async () => {
    const { text } = await tokens.make(enrolment)
    await tokens.redeem(text, 'enrolment', 'cam')
    await rejects(tokens.redeem(text, 'enrolment', 'cam'), invalid(/used up/))
    await rejects((await open()).redeem(text, 'enrolment', 'cam'), invalid(/used up/))
  })

  it('are used as often as they say by requests that come at once, of several processes', async () => {
    const { text } = await tokens.make({ ...enrolment, uses: 3 })
    const processes = await Promise.all(Array.from({ length: 4 }, open))
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => processes[i % 4]?.redeem(text, 'enrolment', null)),
    )
    equal(tries.filter(({ status }) => status === 'fulfilled').length, 3)
    deepEqual(
      (await tokens.list()).map(({ used }) => used),
      [3],
    )
  })

  it('are good again for a request that failed', async () => {
    const { text } = await tokens.make(enrolment)
    const { release } = await tokens.redeem(text, 'enrolment', null)
    await release()
    await tokens.redeem(text, 'enrolment', null)
  })

  it('expire, and are removed then', async () => {
    const { text } = await tokens.make(enrolment)
    time += hour - 1
    equal((await tokens.list()).length, 1)
    time += 1
    await rejects(tokens.redeem(text, 'enrolment', null), invalid(/expired at 2026-11-28T13:00:00/))
    deepEqual(await tokens.list(), [])
    deepEqual(await readdir(join(directory.path, 'access/tokens')), [])
  })

  it('are for one purpose and, where they name one, for one name in upper or lower case', async () => {
    const { text } = await tokens.make({ ...enrolment, name: 'Cam-1' })
    await rejects(tokens.redeem(text, 'sign-in', null), invalid(/no such sign-in token/))
    await rejects(tokens.redeem(text, 'enrolment', 'cam-2'), invalid(/another name/))
    equal((await tokens.redeem(text, 'enrolment', 'cam-1')).token.name, 'Cam-1')
  })

  it('are refused when they are unknown, deleted, empty or no text of a token', async () => {
    const { text, token } = await tokens.make(enrolment)
    await tokens.remove(idOfToken(token))
    for (const strange of [text, '', '../..', 'secret-9'])
      await rejects(tokens.redeem(strange, 'enrolment', null), invalid(/no such enrolment token/))
    await rejects(tokens.remove('none'), { code: 'token-unknown' })
  })

  it('give a role only to those who sign in', async () => {
    const { token } = await tokens.make({ ...enrolment, purpose: 'sign-in', role: 'admin' })
    equal(token.role, 'admin')
    equal((await tokens.make({ ...enrolment, role: 'admin' })).token.role, null)
  })

  it('are on the disk by their hash only', async () => {
    const { text } = await tokens.make(enrolment)
    const [folder = ''] = await readdir(join(directory.path, 'access/tokens'))
    equal(folder, hashOfSecret(text))
    equal(
      (await readFile(join(directory.path, 'access/tokens', folder, 'token.json'), 'utf8')).includes(text),
      false,
    )
  })

  it('are removed all at once, used or not', async () => {
    const tokens = await open()
    const used = await tokens.make({ ...enrolment, uses: 2 })
    await tokens.redeem(used.text, 'enrolment', 'cam')
    const other = await tokens.make(enrolment)
    equal(await tokens.exists(other.token), true)
    equal(await tokens.removeAll(), 2)
    equal(await tokens.exists(other.token), false)
    await rejects(tokens.redeem(used.text, 'enrolment', 'cam'), { code: 'token-invalid' })
    deepEqual(await tokens.list(), [])
  })

  it('are at most a thousand', async function () {
    this.timeout(60_000)
    const files = await diskTokenFiles(directory.path)
    const { token } = await tokens.make(enrolment)
    for (let n = 1; n < 1_000; n++) await files.create({ ...token, hash: n.toString(16).padStart(64, '0') })
    await rejects(tokens.make(enrolment), { code: 'busy' })
  })
})
