import { equal, rejects } from 'node:assert/strict'
import { sandboxOf } from '../disk/sandbox-dir.ts'
import { byteSourceOf, readInit, readInputKind, readWhole } from '../domain/read-input.ts'
import { UploadGone, type Uploads } from './ports.ts'
import { withFallback } from './with-fallback.ts'

function uploadsOf(bodies: Readonly<Record<string, string>>): Uploads {
  const bodyOf = (stream: string, upload: string): Buffer => {
    const body = bodies[upload]
    if (body === undefined) throw new UploadGone(stream, upload)
    return Buffer.from(body)
  }
  return {
    inputKind: async (stream, upload) => readInputKind(byteSourceOf(bodyOf(stream, upload))),
    init: async (stream, upload) => readInit(byteSourceOf(bodyOf(stream, upload))),
    bytes: async (stream, upload, max) => readWhole(byteSourceOf(bodyOf(stream, upload)), max),
    sandboxDir: async (stream, upload, init) => sandboxOf(bodyOf(stream, upload), init),
  }
}

describe('withFallback', () => {
  const uploads = withFallback(uploadsOf({ a: 'here' }), uploadsOf({ a: 'there', b: 'there' }))

  it('reads from the second place what the first lacks', async () => {
    equal(String(await uploads.bytes('1', 'a', 10)), 'here')
    equal(String(await uploads.bytes('1', 'b', 10)), 'there')
    equal(await uploads.init('1', 'b'), null)
    await rejects(uploads.sandboxDir('1', 'c', null), { name: 'UploadGone' })
  })

  it('passes on any other fault of the first', () =>
    rejects(uploads.bytes('1', 'a', 1), /too large to be opened/))
})
