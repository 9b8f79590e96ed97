import { equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { tryLock, waitForLock } from './file-lock.ts'

const module = join(import.meta.dirname, 'file-lock.ts')
const holding = (file: string) =>
  `import('${module}').then(({ tryLock }) => { globalThis.lock = tryLock('${file}'); console.log('locked') })
   setInterval(() => {}, 1000)`

async function lockHolder(file: string) {
  const child = spawn(process.execPath, ['-e', holding(file)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return { kill, [Symbol.asyncDispose]: kill }

  async function kill(): Promise<void> {
    if (child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

describe('tryLock', () => {
  it('is refused while another process has the file, and granted once that one was killed', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'lock')
    await using holder = await lockHolder(file)
    equal(tryLock(file), null)
    equal(await waitForLock(file, 30), null)
    const waiting = waitForLock(file, 60_000)
    await holder.kill()
    using lock = await waiting
    ok(lock)
    equal(tryLock(file), null)
  })

  it('throws where the file cannot be made', () => {
    let code: unknown
    try {
      tryLock('/proc/no-such-folder/lock')
    } catch (error) {
      code = (error as { readonly code?: string }).code
    }
    equal(code, 'ERR_SQLITE_ERROR')
  })
})
