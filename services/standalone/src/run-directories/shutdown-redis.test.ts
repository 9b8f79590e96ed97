import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { killing, listenTo } from '../testing/launch.ts'
import { shutdownRedis } from './shutdown-redis.ts'

describe('shutdownRedis', () => {
  it('shuts down a Redis without a supervisor, and does nothing when there is none', async () => {
    await using directory = await temporaryDirectory()
    const socket = join(directory.path, 'redis.sock')
    const redis = listenTo(spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '']))
    await using _ = killing(redis)
    await redis.saying(/ready to accept connections/)
    await shutdownRedis(socket)
    equal(await redis.ended, 0)
    await shutdownRedis(socket)
  })
})
