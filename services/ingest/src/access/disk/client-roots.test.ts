import { match, rejects } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { directoryWithRoots } from '../../testing/certificates.ts'
import { readClientRoots } from './client-roots.ts'

describe('readClientRoots', () => {
  it('reads roots and nothing else of the file', async () => {
    await using directory = await directoryWithRoots()
    match(
      await readClientRoots(join(directory.path, 'certs/device/root.pem')),
      /^-----BEGIN CERTIFICATE-----/,
    )
  })

  it('says in a sentence what is wrong with the file', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'roots.pem')
    const unusable = (message: RegExp) => ({ name: 'UnusableSetting', message })
    await rejects(readClientRoots(path), unusable(/^CLIENT_CA: .*roots\.pem cannot be read \(ENOENT\)$/))
    await rejects(readClientRoots(directory.path), unusable(/is no file$/))
    await writeFile(path, 'no PEM')
    await rejects(readClientRoots(path), unusable(/holds no certificate in PEM$/))
    await writeFile(path, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
    await rejects(readClientRoots(path), unusable(/certificate 1 cannot be read$/))
  })
})
