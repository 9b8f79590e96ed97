import { deepEqual, equal } from 'node:assert/strict'
import { partFolderOf, requestPathOf } from './part-path.ts'

const request = '01a204e1-3f4d-71ae-a686-4605e2d4cbc4'

describe('partFolderOf', () => {
  it('is a folder of the request beside its object', () => {
    equal(partFolderOf('live/video.mp4', request), `live/video.mp4.parts/${request}`)
  })

  it('leads back to the path of the request, whatever that is called', () => {
    for (const path of ['v.mp4', 'Streams(video.cmfv)', 'session_1/v.mp4.parts/x.mp4']) {
      equal(requestPathOf(`${partFolderOf(path, request)}/1.m4s`), path)
    }
  })

  it('is none where names would be longer than any path may be', () => {
    const bytesLeft = [249, 250].map((bytes) => partFolderOf('n'.repeat(bytes), request) !== null)
    deepEqual(bytesLeft, [true, false])
    equal(partFolderOf('deep/'.repeat(200), request), null)
  })
})
