import { equal, rejects } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { readPassphrase } from './read-passphrase.ts'

describe('readPassphrase', () => {
  const read = (storePassphrase: string | null, storePassphraseFile: string | null = null) =>
    readPassphrase({ storePassphrase, storePassphraseFile })

  it('takes it from the settings or from the first line of a file', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'passphrase')
    await writeFile(path, 'correct horse battery\r\nnot this\n')
    equal(await read(null, path), 'correct horse battery')
    equal(await read('correct horse'), 'correct horse')
    equal(await read(null), null)
  })

  it('says what is wrong without the passphrase', async () => {
    const unusable = (message: RegExp) => ({ name: 'UnusableSetting', message })
    await rejects(read('too short'), unusable(/^the passphrase of the store has fewer than 12 characters$/))
    await rejects(read(null, '/none'), unusable(/^STORE_PASSPHRASE_FILE: \/none cannot be read \(ENOENT\)$/))
    await rejects(read('correct horse', '/none'), unusable(/are both set$/))
  })
})
