import { deepEqual, equal, rejects, throws } from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { decoderOf } from './content-coding.ts'

const said = Buffer.from('<MPD/>'.repeat(50_000))

function decoder(coding?: string) {
  const headers: Record<string, string> = {}
  const request = { headers: coding === undefined ? {} : { 'content-encoding': coding } }
  const set = (name: string, value: string) => Object.assign(headers, { [name]: value })
  return { headers, decode: () => decoderOf(request, { setHeader: set }) }
}

async function* inBits(bytes: Buffer, size = 1_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts)
}

describe('decoderOf', () => {
  it('has nothing to undo without a coding', () => {
    for (const coding of [undefined, '', 'identity', ' Identity , identity'])
      equal(decoder(coding).decode(), null)
  })

  it('undoes gzip under all its names, whatever parts it comes in', async () => {
    for (const coding of ['gzip', 'x-gzip', 'GZIP', 'gzip, identity']) {
      const decode = decoder(coding).decode()
      for (const size of [1_000, 2 ** 20]) {
        deepEqual(decode && (await all(decode(inBits(gzipSync(said), size)))), said)
      }
    }
  })

  it('undoes several gzips in a row, as the format allows', async () => {
    const decode = decoder('gzip').decode()
    const both = Buffer.concat([gzipSync('one '), gzipSync('two')])
    equal(decode && String(await all(decode(inBits(both)))), 'one two')
  })

  it('refuses what is no gzip, is cut short or damaged', async () => {
    const whole = gzipSync(said)
    const damaged = Buffer.from(whole)
    damaged.fill(0xff, 100, 200)
    for (const bytes of [Buffer.from('<MPD/>'), whole.subarray(0, -9), whole.subarray(0, 5), damaged]) {
      const decode = decoder('gzip').decode()
      await rejects(async () => decode && (await all(decode(inBits(bytes)))), { code: 'body-undecodable' })
    }
  })

  it('passes on the failure of what it reads', async () => {
    const decode = decoder('gzip').decode()
    async function* broken(): AsyncGenerator<Buffer> {
      yield gzipSync(said).subarray(0, 50)
      throw new Error('the disk is gone')
    }
    await rejects(async () => decode && (await all(decode(broken()))), { message: 'the disk is gone' })
  })

  it('stops reading when nobody wants more', async () => {
    const decode = decoder('gzip').decode()
    let isClosed = false
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (const zeros = gzipSync(Buffer.alloc(2 ** 20)); ; ) yield zeros
      } finally {
        isClosed = true
      }
    }
    for await (const _bytes of decode?.(endless()) ?? []) break
    equal(isClosed, true)
  })

  it('refuses any other coding and says what it takes', () => {
    for (const coding of ['br', 'deflate', 'zstd', 'gzip, gzip', 'gzip, br', 'compress', 'nonsense']) {
      const { headers, decode } = decoder(coding)
      throws(decode, { code: 'content-encoding-unsupported' })
      deepEqual(headers, { 'Accept-Encoding': 'gzip, identity' })
    }
  })
})
