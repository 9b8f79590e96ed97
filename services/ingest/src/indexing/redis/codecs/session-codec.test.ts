import { deepEqual } from 'node:assert/strict'
import { sessionViewOf } from '../../../streams/session-view.ts'
import { dynamicMpd, init, segment, streamOf, validateInOrder } from '../../../validation/testing/arrivals.ts'
import { encodeSession } from './session-codec.ts'

const objects = [dynamicMpd(), init(), segment(1_001), segment(1_002), segment(1_004)]

describe('encodeSession', () => {
  it('writes what JSON does, of a session as it grows and of its view', () => {
    for (let count = 1; count <= objects.length; count++) {
      const { state } = validateInOrder(streamOf('dash'), objects.slice(0, count))
      for (const session of Object.values(state.sessions))
        for (const value of [session, sessionViewOf(session), session, sessionViewOf(session)])
          deepEqual(JSON.parse(encodeSession(value)), JSON.parse(JSON.stringify(value)))
    }
  })
})
