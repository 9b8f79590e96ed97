import { deepEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { bytesOf, readIfBuffered } from './request-body.ts'

const head = (length: number) => `PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`

describe('readIfBuffered', () => {
  it('has a body that came with its head', async () => {
    await using sender = await startSender()
    const request = await sender.begin(`${head(5)}whole`)
    deepEqual(readIfBuffered(request, 5)?.toString(), 'whole')
  })

  it('has a body of no bytes', async () => {
    await using sender = await startSender()
    deepEqual(readIfBuffered(await sender.begin(head(0)), 0)?.length, 0)
  })

  it('leaves a body that is not all there to bytesOf, with all that is', async () => {
    await using sender = await startSender()
    const request = await sender.begin(`${head(7)}in`)
    deepEqual(readIfBuffered(request, 7), null)
    sender.send(' bits')
    deepEqual(await textOf(request), 'in bits')
  })

  it('leaves one that is large, or whose length is not declared', async () => {
    await using sender = await startSender()
    const size = 65_537
    const request = await sender.begin(head(size) + 'x'.repeat(size))
    deepEqual([readIfBuffered(request, size), readIfBuffered(request, null)], [null, null])
    deepEqual((await textOf(request)).length, size)
  })
})

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const bytes of bytesOf(request)) text += bytes.toString()
  return text
}

/** Sends to a server of its own what is sent in one part in one part. */
async function startSender() {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port)
  return {
    /** The request that begins, as a handler sees it that has asked something before. */
    async begin(part: string): Promise<IncomingMessage> {
      socket.write(part)
      const [request] = await once(server, 'request')
      return request
    },
    send: (part: string) => void socket.write(part),
    async [Symbol.asyncDispose]() {
      socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
