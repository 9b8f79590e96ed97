import { deepEqual, rejects } from 'node:assert/strict'
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { restrictFiles } from './restrict-files.ts'

const log = createLogger('ingest', 'silent')
const folders = ['uploads', 'inspections', 'journals', 'staging', 'streams', 'certs']

describe('restrictFiles', () => {
  const before = process.umask()
  afterEach(() => void process.umask(before))

  it('closes the folders that an older version left open, and leaves that of the user alone', async () => {
    await using directory = await temporaryDirectory()
    process.umask(0o022)
    await chmod(directory.path, 0o755)
    await mkdir(join(directory.path, 'journals'))
    await mkdir(join(directory.path, 'uploads'))
    await restrictFiles(directory.path, 0o077, log)
    deepEqual(await modesOf(directory.path, folders), Array(6).fill('700'))
    deepEqual(await modesOf(directory.path, ['.']), ['755'])
    await writeFile(join(directory.path, 'uploads/file'), '')
    deepEqual(await modesOf(directory.path, ['uploads/file']), ['600'])
  })

  it('lets the group read uploads and nothing else where the umask says so', async () => {
    await using directory = await temporaryDirectory()
    await restrictFiles(directory.path, 0o027, log)
    deepEqual(await modesOf(directory.path, folders), ['750', '700', '700', '700', '700', '700'])
    deepEqual(await modesOf(directory.path, ['.']), ['710'])
    await writeFile(join(directory.path, 'uploads/file'), '')
    deepEqual(await modesOf(directory.path, ['uploads/file']), ['640'])
  })

  it('says in a sentence that the working directory cannot be made', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'file')
    await writeFile(path, '')
    await rejects(restrictFiles(path, 0o077, log), {
      name: 'UnusableSetting',
      message: `WORKING_DIRECTORY: ${path} cannot be made (EEXIST)`,
    })
  })
})

const modesOf = (directory: string, names: readonly string[]): Promise<string[]> =>
  Promise.all(names.map(async (name) => ((await stat(join(directory, name))).mode & 0o777).toString(8)))
