import { deepEqual, rejects } from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { uploadPath } from '@pushav/shared/paths.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { openDirectoryRecording } from './directory-recording.ts'

const upload = (id: string) => ({
  kind: 'upload',
  upload: {
    ...{ id, path: `session_1/${id}`, method: 'PUT', bytes: 4, sha256: '', whole: true, kind: 'segment' },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', receivedAt: '2026-01-01T00:00:00.100Z' },
    sender: { address: '192.0.2.1', port: 1, httpVersion: '1.1', headers: [], device: null },
  },
})

async function directoryWith(entries: readonly object[], bodies: readonly string[]) {
  const directory = await temporaryDirectory()
  const journals = join(directory.path, 'journals', '7')
  await mkdir(journals, { recursive: true })
  await writeFile(join(journals, 'one.ndjson'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  for (const id of bodies) {
    const path = uploadPath(directory.path, '7', id)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'body')
  }
  return directory
}

describe('a recording in a working directory', () => {
  const entries = [{ kind: 'stream-created', interface: 'dash' }, upload('a'), upload('b')]

  it('is without what retention has removed', async () => {
    const removal = { kind: 'uploads-removed', uploads: ['a'] }
    await using directory = await directoryWith([...entries, removal], ['b'])
    await using recording = await openDirectoryRecording(directory.path, null, '')
    deepEqual([recording.interface, recording.uploads.map(({ id }) => id)], ['dash', ['b']])
  })

  it('names a body that is missing for another reason', async () => {
    await using directory = await directoryWith(entries, ['a', 'b'])
    await rm(uploadPath(directory.path, '7', 'a'))
    await rejects(openDirectoryRecording(directory.path, '7', ''), /the body of session_1\/a is missing/)
  })
})
