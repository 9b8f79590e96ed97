import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { startLatencyRelay } from './redis-latency-relay.ts'

describe('startLatencyRelay', () => {
  it('keeps the order of bytes when its delay becomes shorter', async () => {
    await using built = new AsyncDisposableStack()
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'redis.sock')
    const server = createServer().listen(path)
    built.defer(() => void server.close())
    await once(server, 'listening')
    await using relay = await startLatencyRelay(path, 300)
    const client = connect(relay.path)
    built.defer(() => void client.destroy())
    const [peer] = await once(server, 'connection')
    built.defer(() => peer.destroy())
    const received = text(peer)
    const arrived = once(peer, 'data')
    for (const [delay, word] of [
      [300, 'first '],
      [0, 'second '],
      [40, 'third'],
    ] as const) {
      relay.setDelay(delay)
      client.write(word)
      for (let turn = 0; turn < 100; turn++) await nextTurn()
    }
    client.end()
    await arrived
    equal(await received, 'first second third')
  })
})
