import { deepEqual, equal, rejects } from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Receipt, ReceiveUpload } from '../receive-upload.ts'
import { shareBetweenStreams } from './share-between-streams.ts'

const whole = Buffer.from('x')
async function* noBytes(): AsyncGenerator<Buffer> {}
const sender = {
  ...{ address: '', port: 0, tlsVersion: '', cipher: '', alpn: null },
  ...{ httpVersion: '1.1', device: null, headers: [] },
}

describe('shareBetweenStreams', () => {
  let time = 0
  let started: { readonly name: string; end(receipt: Partial<Receipt> | Error): void }[] = []
  let receive: ReceiveUpload
  beforeEach(() => {
    time = 1_000
    started = []
    receive = shareBetweenStreams(
      ({ stream, path }) =>
        new Promise((resolve, reject) => {
          const end = (receipt: Partial<Receipt> | Error) =>
            receipt instanceof Error ? reject(receipt) : resolve(receipt as Receipt)
          started.push({ name: `${stream}/${path}`, end })
        }),
      () => time,
    )
  })

  const upload = (stream: string, path: string, buffered: Buffer | null = whole) =>
    receive(
      { stream, path, method: 'PUT', startedAt: '', sender },
      { buffered, bytes: noBytes, declaredBytes: null, decode: null },
    )
  const uploads = (stream: string, count: number) =>
    Array.from({ length: count }, (_, n) => upload(stream, String(n)))
  const runningOf = (stream: string) => started.filter(({ name }) => name.startsWith(`${stream}/`)).length
  const good = { findings: [] }

  it('does not bound a stream that is alone', () => {
    void uploads('1', 100)
    equal(runningOf('1'), 100)
  })

  it('receives 16 uploads of a stream at a time beside others, in their order, and the others at once', async () => {
    void upload('2', 'first')
    const flood = uploads('1', 100)
    void upload('2', 'second')
    equal(runningOf('1'), 16)
    equal(runningOf('2'), 2)
    for (let done = 0; done < 100; done++) {
      started.filter(({ name }) => name.startsWith('1/'))[done]?.end(good)
      await flood[done]
      await nextTurn()
    }
    deepEqual(
      started.filter(({ name }) => name.startsWith('1/')).map(({ name }) => name),
      Array.from({ length: 100 }, (_, n) => `1/${n}`),
    )
  })

  it('goes on with the next one when an upload fails', async () => {
    void upload('2', 'first')
    const flood = uploads('1', 17)
    started[1]?.end(new Error('the disk is full'))
    await rejects(flood[0] ?? Promise.resolve(), { message: 'the disk is full' })
    await nextTurn()
    equal(runningOf('1'), 17)
  })

  it('bounds nothing any more when the others have been silent for a second', async () => {
    void upload('2', 'first')
    const flood = uploads('1', 100)
    equal(runningOf('1'), 16)
    time += 1_001
    started[1]?.end(good)
    await flood[0]
    await nextTurn()
    equal(runningOf('1'), 100)
  })

  it('bounds nothing while verdicts do not come in time', async () => {
    void upload('2', 'first')
    const flood = uploads('1', 100)
    started[1]?.end({ findings: null })
    await flood[0]
    await nextTurn()
    equal(runningOf('1'), 100)
  })

  it('does not count uploads whose bodies are still arriving', () => {
    void upload('2', 'first')
    for (let n = 0; n < 40; n++) void upload('1', `long-${n}`, null)
    void upload('1', 'short')
    equal(runningOf('1'), 41)
  })
})
