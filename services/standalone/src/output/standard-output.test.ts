import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const script = `const { openStandardOutput } = await import('${join(import.meta.dirname, 'standard-output.ts')}')
  const output = openStandardOutput()
  for (let i = 0; i < 3000; i++) output.write('x'.repeat(1023) + '\\n')
  process.stderr.write('written')
  await output.flush()
  process.exit(7)`

describe('openStandardOutput', () => {
  it('lets the process go on and end although nobody reads', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    child.stdout.pause()
    const ended = once(child, 'exit')
    equal(String(await once(child.stderr, 'data')), 'written')
    await ended
    child.stdout.destroy()
  })

  it('delivers up to a megabyte that is read late', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script.replace('3000', '500')])
    let bytes = 0
    child.stdout.on('data', ({ length }: Buffer) => {
      bytes += length
    })
    const [code] = await once(child, 'close')
    equal(code, 7)
    equal(bytes, 500 * 1024)
  })
})
