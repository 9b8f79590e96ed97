import { deepEqual } from 'node:assert/strict'
import { destinationOf } from './relative-url.ts'

const inside = (path: string) => ({ kind: 'inside', path })
const from = 'session_1/index.mpd'

describe('destinationOf', () => {
  it('resolves against the folder of the manifest', () => {
    deepEqual(destinationOf(from, 'video/video.init'), inside('session_1/video/video.init'))
    deepEqual(destinationOf(from, './a/../b//c.m4s'), inside('session_1/b/c.m4s'))
    deepEqual(destinationOf(from, '../session_2/a.m4s'), inside('session_2/a.m4s'))
    deepEqual(destinationOf('index.mpd', 'a.m4s'), inside('a.m4s'))
  })

  it('marks a folder by its last slash', () => {
    deepEqual(destinationOf(from, 'video/'), inside('session_1/video/'))
    deepEqual(destinationOf(from, 'video/..'), inside('session_1/'))
    deepEqual(destinationOf(from, '..'), inside(''))
    deepEqual(destinationOf('session_1/video/', 'a.m4s'), inside('session_1/video/a.m4s'))
  })

  it('drops query and fragment', () => {
    deepEqual(destinationOf(from, 'a.m4s?token=1#t'), inside('session_1/a.m4s'))
    deepEqual(destinationOf(from, '?token=1'), inside(from))
  })

  it('decodes percent triplets as the upload path does, but leaves identifiers alone', () => {
    deepEqual(destinationOf(from, 'caf%C3%A9%20%41b.m4s'), inside('session_1/café Ab.m4s'))
    deepEqual(destinationOf(from, 'a%2Fb-$Number%04d$.m4s'), inside('session_1/a/b-$Number%04d$.m4s'))
  })

  it('stops at the root of the stream, also when the way leads back in', () => {
    for (const url of [
      '../../x',
      '../../session_1/x',
      '%2e%2e/..%2fx',
      '..\\..\\x',
      'a%00b',
      'x/../../../y',
    ]) {
      deepEqual(destinationOf(from, url), { kind: 'outside' }, url)
    }
  })

  it('follows no scheme, no host and no leading slash', () => {
    for (const url of ['https://example/x', 'FILE:x', '//example/x', '/x', '\\\\example\\x', ' data:,x']) {
      deepEqual(destinationOf(from, url), { kind: 'absolute' }, url)
    }
  })

  it('makes nothing of broken percent-encoding and of what is too long to exist', () => {
    for (const url of ['a%', 'a%zz', '%C3%28', '%FF', 'x'.repeat(1_025), 'é'.repeat(520)]) {
      deepEqual(destinationOf(from, url), { kind: 'malformed' }, url.slice(0, 10))
    }
  })
})
