import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createKeyRecipient, wrapKey } from '@pushav/shared/lib/wrapped-key.ts'
import { uploadPath } from '@pushav/shared/paths.ts'
import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { hksvContentKey, sealed } from '@pushav/shared/testing/media/hksv.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { diskUploads } from '../disk/disk-uploads.ts'
import { sandboxOf } from '../disk/sandbox-dir.ts'
import type { Ffprobe } from './ports.ts'
import { probeUploadWith } from './probe-upload.ts'
import { openUploadsWith } from './sealed-uploads.ts'

const once = { last: false, deaths: 0 }
const init = box('moov', 'init')
const segment = box('moof', 'segment')

describe('a probe of sealed media', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  const recipient = createKeyRecipient()
  let saved: ProbeOutcome[]
  let seen: string[]
  let sandbox = ''
  beforeEach(async () => {
    folder = await temporaryDirectory()
    saved = []
    seen = []
    await put('i', sealed(init))
    await put('s', sealed(segment))
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  it('shows ffprobe the opened object behind its opened init segment, and leaves no plaintext', async () => {
    const outcome = await probe('s', 'i', wrapKey(hksvContentKey, [recipient.publicKey]))
    equal(outcome.state, 'done')
    deepEqual(seen, [`init ${init}`, `object ${segment}`])
    deepEqual(saved, [outcome])
    const left = await readdir(sandbox).catch(() => 'gone')
    equal(left, 'gone')
  })

  it('takes an init segment alone', async () => {
    equal((await probe('i', null, wrapKey(hksvContentKey, [recipient.publicKey]))).state, 'done')
    deepEqual(seen, [`object ${init}`])
  })

  it('says when the key does not fit, was not for this worker, or the object is no sealed media', async () => {
    await put('short', Buffer.alloc(31))
    const cases = [
      ['s', Buffer.alloc(32), recipient.publicKey, /the key does not open it/],
      ['s', hksvContentKey, createKeyRecipient().publicKey, /began after its key was given: give it again/],
      ['short', hksvContentKey, recipient.publicKey, /the key does not open it/],
    ] as const
    for (const [upload, key, worker, words] of cases) {
      const outcome = await probe(upload, 'i', wrapKey(key, [worker]))
      ok(outcome.state === 'failed')
      match(outcome.message, words)
    }
    deepEqual(seen, [])
  })

  async function put(upload: string, bytes: Buffer): Promise<void> {
    const path = uploadPath(folder.path, '1', upload)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }

  function probe(upload: string, initOf: string | null, contentKey: ReturnType<typeof wrapKey>) {
    const uploads = diskUploads(folder.path)
    const outcomes = {
      findDone: async () => null,
      save: async (_job: unknown, outcome: ProbeOutcome) => void saved.push(outcome),
    }
    const probeUpload = probeUploadWith(
      ...([uploads, ffprobe, outcomes, openUploadsWith(uploads, recipient, sandboxOf)] as const),
    )
    return probeUpload({ stream: '1', upload, path: 'v.m4s', init: initOf, contentKey }, once)
  }

  /** In ffprobe's place: notes what it may read. */
  async function ffprobe({ directory, files }: Parameters<Ffprobe>[0]) {
    sandbox = directory
    for (const name of files) seen.push(`${name} ${await readFile(join(directory, name))}`)
    return { ending: 'accepted', stdout: '{"streams":[],"format":{}}', stderr: '' } as const
  }
})

function box(type: string, content: string): Buffer {
  const bytes = Buffer.alloc(8 + content.length)
  bytes.writeUInt32BE(bytes.length)
  bytes.write(type + content, 4)
  return bytes
}
