import { equal } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { diskJournals } from './disk/journal-files.ts'
import { streamInterfaceWith } from './stream-interface.ts'

const at = '2026-01-01T00:00:00.000Z'
const log = createLogger('test', 'fatal')

describe('interfaceOf', () => {
  it('is told by the line that created the stream, in whichever journal it stands', async () => {
    await using directory = await temporaryDirectory()
    const first = await diskJournals(directory.path, 'z', log)
    const stream = await first.create()
    const settings = { interface: 'hls', strict: false, creator: null } as const
    await first.append(stream, { kind: 'stream-created', id: 'a', at, ...settings })
    const second = await diskJournals(directory.path, 'a', log)
    await second.append(stream, {
      kind: 'object-deleted',
      id: 'b',
      at: '2026-01-02T00:00:00.000Z',
      path: 'x',
    })
    equal(await streamInterfaceWith(second)(stream), 'hls')
  })

  it('is unknown as long as there is no such line, and read once there is', async () => {
    await using directory = await temporaryDirectory()
    const journals = await diskJournals(directory.path, 'one', log)
    const stream = await journals.create()
    const interfaceOf = streamInterfaceWith(journals)
    equal(await interfaceOf(stream), null)
    const settings = { interface: 'cmaf-ingest', strict: false, creator: null } as const
    await journals.append(stream, { kind: 'stream-created', id: 'a', at, ...settings })
    equal(await interfaceOf(stream), 'cmaf-ingest')
  })
})
