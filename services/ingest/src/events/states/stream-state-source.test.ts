import { deepEqual } from 'node:assert/strict'
import { Unavailable } from '../../lib/unavailable.ts'
import { unknownStream } from '../../streams/assert-stream.ts'
import { createStreamStateSource } from './stream-state-source.ts'

describe('the state of a stream', () => {
  it('says that it is deleted where that was before its events were received', async () => {
    deepEqual(await messagesOf({ summary: unknownStream('1'), exists: false }), [
      { isDeleted: true, isIndexAway: false },
    ])
  })

  it('says that the index is away where it cannot be read, or has not come to the stream yet', async () => {
    const away = [{ isDeleted: false, isIndexAway: true }]
    deepEqual(await messagesOf({ summary: new Unavailable('redis', null), exists: true }), away)
    deepEqual(await messagesOf({ summary: unknownStream('1'), exists: true }), away)
  })

  /** The messages to a watcher that leaves after the first, unless that is the last. */
  async function messagesOf({ summary, exists }: { summary: Error; exists: boolean }) {
    const unread = async () => {
      throw summary
    }
    const source = createStreamStateSource('1', {
      streams: {
        assertExists: async () => {
          if (!exists) throw unknownStream('1')
        },
        summary: unread,
        sessionViews: unread,
        sessionViewsOf: unread,
      },
      readUploadLog: unread,
      inFlight: { of: () => [] },
      now: () => new Date(),
    })
    const watching = new AbortController()
    const messages: { isDeleted: boolean; isIndexAway: boolean }[] = []
    for await (const { isDeleted, isIndexAway } of source.watch(watching.signal)) {
      messages.push({ isDeleted, isIndexAway })
      if (!isDeleted) watching.abort()
    }
    return messages
  }
})
