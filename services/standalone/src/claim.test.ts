import { equal, notEqual } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { claim } from './claim.ts'
import { killing, listenTo, temporary } from './testing/launch.ts'

const module = join(import.meta.dirname, 'claim.ts')
const claimant = (file: string) =>
  listenTo(
    spawn(process.execPath, [
      '-e',
      `import('${module}').then(({ claim }) => { globalThis.kept = claim('${file}'); console.log('claimed') })
       setInterval(() => {}, 1000)`,
    ]),
  )

describe('claim', () => {
  it('is refused while another process has the file, and granted once that one was killed', async () => {
    await using directory = await temporary()
    const file = join(directory.path, 'lock')
    const other = claimant(file)
    await using _ = killing(other)
    await other.saying(/claimed/)
    equal(claim(file), null)
    other.process.kill('SIGKILL')
    await other.ended
    const mine = claim(file)
    notEqual(mine, null)
    mine?.[Symbol.dispose]()
  })
})
