import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import type { UploadFacts } from '../ports.ts'
import { openBodyFiles } from './body-files.ts'

const sender = {
  address: '',
  port: 0,
  tlsVersion: '',
  cipher: '',
  alpn: null,
  httpVersion: '1.1',
  device: null,
}
const factsOf = (id: string): UploadFacts => ({
  ...{ id, stream: '1', path: 'x.mp4', method: 'PUT', startedAt: '' },
  sender: { ...sender, headers: [] },
})

describe('openBodyFiles', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  beforeEach(async () => {
    directory = await temporaryDirectory()
    await mkdir(join(directory.path, 'uploads/1'), { recursive: true })
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  const staging = () => readdir(join(directory.path, 'staging/one'))
  const open = () => openBodyFiles(directory.path, 'one', 'process')

  it('reads an extent of what is still growing', async () => {
    await using staged = (await open()).stage(factsOf('a'))
    await staged.write(Buffer.from('0123456789'))
    equal(await textOf(staged.read({ from: 2, to: 5 })), '234')
    await staged.write(Buffer.from('abc'))
    equal(await textOf(staged.read({ from: 9, to: 11 })), '9a')
    equal(await textOf(staged.read()), '0123456789abc')
  })

  it('puts other bytes in place of what was staged, all or none of them', async () => {
    const bodies = await open()
    {
      await using staged = bodies.stage(factsOf('a'))
      await staged.write(Buffer.from('coded'))
      async function* broken(): AsyncGenerator<Buffer> {
        yield Buffer.from('half of')
        throw new Error('no more')
      }
      await rejects(staged.replace(broken()), { message: 'no more' })
      equal(await textOf(staged.read()), 'coded')
      deepEqual(await staging(), ['a'])
      await staged.replace(upper(staged.read()))
      equal(await textOf(staged.read()), 'CODED')
      await staged.moveTo(bodies.pathOf('1', 'a'))
    }
    equal(await textOf(bodies.read('1', 'a')), 'CODED')
    deepEqual(await staging(), [])
  })

  for (const finder of ['one', 'two'])
    it(`finds as ${finder} what an earlier process called one was receiving, and clears away what it was only copying`, async () => {
      const earlier = await open()
      const [request, part] = [earlier.stage(factsOf('a')), earlier.stage(factsOf('b'))]
      await request.write(Buffer.from('cut off'))
      await request.persistFacts()
      await part.write(Buffer.from('half a part'))
      await writeFile(join(directory.path, 'staging/one/a.other'), 'half of other bytes')
      const found: string[] = []
      const bodies = await openBodyFiles(directory.path, finder, 'process')
      for await (const staged of bodies.leftBehind('one')) {
        found.push(staged.facts.id, await textOf(staged.read()))
        await staged.moveTo(bodies.pathOf('1', 'a'))
      }
      deepEqual([found, await staging()], [['a', 'cut off'], []])
      // The earlier process's files are still open here.
      await Promise.all([request, part].map((staged) => staged[Symbol.asyncDispose]()))
    })

  it('says of bytes that are not there that they are gone', async () => {
    const bodies = await open()
    await writeFile(bodies.pathOf('1', 'a'), 'bytes')
    equal(await textOf(bodies.read('1', 'a')), 'bytes')
    await rm(bodies.pathOf('1', 'a'))
    await rejects(textOf(bodies.read('1', 'a')), { name: 'UploadGone' })
  })
})

async function textOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts).toString()
}

async function* upper(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const part of bytes) yield Buffer.from(part.toString().toUpperCase())
}
