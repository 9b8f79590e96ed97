import { equal, throws } from 'node:assert/strict'
import { directoryOf, parseObjectPath } from './object-path.ts'

describe('parseObjectPath', () => {
  it('keeps depth, spaces and parentheses', () => {
    equal(parseObjectPath('session_1/Streams(video.cmfv)/a%20b.m4s'), 'session_1/Streams(video.cmfv)/a b.m4s')
  })

  it('drops empty parts, so that a publish URL may end in a slash', () => {
    equal(parseObjectPath('/session_1//index.mpd'), 'session_1/index.mpd')
  })

  it('decodes only once', () => {
    equal(parseObjectPath('%252e%252e/x'), '%2e%2e/x')
  })

  for (const outside of [
    '../x',
    'a/../../x',
    '%2e%2e/x',
    '..%2fx',
    '%2e%2e%2fx',
    '..%5cx',
    'a\\b',
    'x%00.m4s',
    './x',
  ]) {
    it(`refuses ${outside} as leaving the stream`, () => {
      throws(() => parseObjectPath(outside), { code: 'path-outside-stream' })
    })
  }

  for (const malformed of ['', '/', '%zz', '%c3%28', 'a%0ab', 'x'.repeat(256), 'x/'.repeat(600)]) {
    it(`refuses ${JSON.stringify(malformed.slice(0, 12))} (${malformed.length} characters) as malformed`, () => {
      throws(() => parseObjectPath(malformed), { code: 'path-malformed' })
    })
  }
})

describe('directoryOf', () => {
  it('is the folder part', () => {
    equal(directoryOf('session_1/video/video.init'), 'session_1/video')
    equal(directoryOf('index.mpd'), '')
  })
})
