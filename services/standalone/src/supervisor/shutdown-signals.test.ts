import { doesNotMatch } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { killing, listenTo } from '../testing/launch.ts'

const module = join(import.meta.dirname, 'shutdown-signals.ts')

/** A process that says what it was asked; `q` on its input ends it, after all signals before. */
function asked(echoMs: string) {
  const script = `const { shutdownRequested } = await import('${module}')
    shutdownRequested({ info() {} }, () => console.log('at once'), ${echoMs}).then(() => console.log('asked'))
    process.on('SIGUSR2', () => console.log('over'))
    setInterval(() => {}, 1000)
    console.log('listening')`
  return listenTo(spawn(process.execPath, ['--input-type=module', '-e', script]))
}

describe('shutdownRequested', () => {
  it('takes a signal right after the first for its echo', async () => {
    const child = asked('60_000')
    await using _ = killing(child)
    await child.saying(/listening/)
    child.process.kill('SIGINT')
    await child.saying(/asked/)
    child.process.kill('SIGINT')
    child.process.kill('SIGTERM')
    child.process.kill('SIGUSR2')
    await child.saying(/over/)
    doesNotMatch(child.said(), /at once/)
  })

  it('takes a later one for an order to end at once', async () => {
    const child = asked('0')
    await using _ = killing(child)
    await child.saying(/listening/)
    child.process.kill('SIGTERM')
    await child.saying(/asked/)
    child.process.kill('SIGINT')
    await child.saying(/at once/)
  })
})
