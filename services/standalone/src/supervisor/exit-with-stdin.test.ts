import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { killing, listenTo } from '../testing/launch.ts'

const script = join(import.meta.dirname, 'exit-with-stdin.sh')

describe('exit-with-stdin.sh', () => {
  it('ends redis-server when the process that started it is killed', async () => {
    await using directory = await temporaryDirectory()
    const socket = join(directory.path, 'redis.sock')
    const starter = `require('node:child_process').spawn('sh', ['${script}', 'redis-server', '--port', '0',
      '--unixsocket', '${socket}', '--save', ''], { stdio: ['pipe', 'inherit', 'inherit'], detached: true })`
    const parent = listenTo(spawn(process.execPath, ['-e', starter]))
    await using _ = killing(parent)
    await parent.saying(/ready to accept connections/)
    const connection = connect(socket).resume()
    await once(connection, 'connect')
    parent.process.kill('SIGKILL')
    await once(connection, 'close')
  })

  it('ends with the exit code of the command, and leaves nothing behind', async () => {
    const child = spawn('sh', [script, 'sh', '-c', 'exit 7'], { stdio: ['pipe', 'pipe', 'pipe'] })
    equal(await listenTo(child).ended, 7)
  })

  it('ends the command when its input ends', async () => {
    const child = spawn('sh', [script, 'sleep', '60'])
    child.stdin.end()
    equal(await listenTo(child).ended, 143)
  })
})
