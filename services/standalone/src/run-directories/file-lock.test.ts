import { equal, notEqual } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { killing, listenTo, temporary } from '../testing/launch.ts'
import { tryLock } from './file-lock.ts'

const module = join(import.meta.dirname, 'file-lock.ts')
const lockHolder = (file: string) =>
  listenTo(
    spawn(process.execPath, [
      '-e',
      `import('${module}').then(({ tryLock }) => { globalThis.lock = tryLock('${file}'); console.log('locked') })
       setInterval(() => {}, 1000)`,
    ]),
  )

describe('tryLock', () => {
  it('is refused while another process has the file, and granted once that one was killed', async () => {
    await using directory = await temporary()
    const file = join(directory.path, 'lock')
    const other = lockHolder(file)
    await using _ = killing(other)
    await other.saying(/locked/)
    equal(tryLock(file), null)
    other.process.kill('SIGKILL')
    await other.ended
    const mine = tryLock(file)
    notEqual(mine, null)
    mine?.[Symbol.dispose]()
  })
})
