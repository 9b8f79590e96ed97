import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { endRedis } from './end-redis.ts'
import { isReleased, openLifeline } from './lifeline.ts'
import { killing, listenTo, temporary } from './testing/launch.ts'

const guard = join(import.meta.dirname, '../guard.sh')

describe('guard.sh', () => {
  it('ends redis-server when the process that started it is killed', async () => {
    await using directory = await temporary()
    const socket = join(directory.path, 'redis.sock')
    const starter = `require('node:child_process').spawn('sh', ['${guard}', 'redis-server', '--port', '0',
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
    const child = spawn('sh', [guard, 'sh', '-c', 'exit 7'], { stdio: ['pipe', 'pipe', 'pipe'] })
    equal(await listenTo(child).ended, 7)
  })

  it('ends the command when its input ends', async () => {
    const child = spawn('sh', [guard, 'sleep', '60'])
    child.stdin.end()
    equal(await listenTo(child).ended, 143)
  })
})

describe('endRedis', () => {
  it('ends a Redis that nobody watches, and is content when there is none', async () => {
    await using directory = await temporary()
    const socket = join(directory.path, 'redis.sock')
    const redis = listenTo(spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '']))
    await using _ = killing(redis)
    await redis.saying(/ready to accept connections/)
    await endRedis(socket)
    equal(await redis.ended, 0)
    await endRedis(socket)
  })
})

describe('isReleased', () => {
  it('waits for the last process that holds the lifeline', async () => {
    await using directory = await temporary()
    const path = join(directory.path, 'lifeline')
    const holder = `const { openLifeline } = await import('${join(import.meta.dirname, 'lifeline.ts')}')
      const stdio = ['ignore', 'ignore', 'ignore', openLifeline('${path}')]
      const { pid } = (await import('node:child_process')).spawn('sleep', ['60'], { stdio, detached: true })
      console.log('holder', pid)
      setInterval(() => {}, 1000)`
    const parent = listenTo(spawn(process.execPath, ['--input-type=module', '-e', holder]))
    await using _ = killing(parent)
    const [, pid] = await parent.saying(/holder (\d+)/)
    parent.process.kill('SIGKILL')
    await parent.ended
    equal(await isReleased(path, 50), false)
    const released = isReleased(path, 10_000)
    process.kill(Number(pid))
    equal(await released, true)
    equal(await isReleased(path, 50), true)
  })

  it('is made anew by every run', async () => {
    await using directory = await temporary()
    equal(openLifeline(join(directory.path, 'lifeline')) > 2, true)
  })
})
