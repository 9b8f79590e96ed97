import { deepEqual } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { RecordChanged, UploadGone } from '../uploads/ports.ts'
import type { Upload } from '../uploads/upload.ts'
import { inspectionsOf } from './inspect-upload.ts'

describe('inspectionsOf', () => {
  it('says which upload was changed behind the back of this server, and goes on with the others', async () => {
    const lines: { readonly msg: string; readonly upload: string }[] = []
    const log = createLogger('test', 'error', { write: (line) => void lines.push(JSON.parse(line)) })
    const read = async function* (_stream: string, upload: string): AsyncGenerator<Buffer> {
      if (upload === 'changed') throw new RecordChanged('other bytes')
      if (upload !== 'intact') throw new UploadGone(upload)
      yield Buffer.from('no media')
    }
    const find = async (_stream: string, upload: string) => {
      if (upload === 'archive changed') throw new RecordChanged('other bytes')
      return null
    }
    const inspections = inspectionsOf({ read }, { find }, log)
    const ids = ['changed', 'archive changed', 'gone', 'intact']
    const uploads = ids.map((id) => ({ id, path: `p/${id}`, whole: true, bytes: 8 }) as Upload)
    const { inspected, gone } = await inspections.ofAll('1', uploads)
    deepEqual(
      ids.map((id) => inspected.get(id) !== null),
      [false, false, false, true],
    )
    deepEqual([...gone], ['archive changed', 'gone'])
    deepEqual(
      lines.map(({ upload }) => upload),
      ['changed', 'archive changed'],
    )
  })
})
