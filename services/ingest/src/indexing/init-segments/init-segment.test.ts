import { equal } from 'node:assert/strict'
import { initOf } from './init-segment.ts'

describe('initOf', () => {
  it('takes the only init segment of the folder (Matter, shaka-packager)', () => {
    const inits = [{ path: 'session_1/video/video.init', upload: 'v' }]
    equal(initOf('session_1/video/segment_1001.m4s', inits), 'v')
  })

  it('tells the tracks of one folder apart by their names (ffmpeg)', () => {
    const inits = [
      { path: 'init-stream0.m4s', upload: 'v' },
      { path: 'init-stream1.m4s', upload: 'a' },
    ]
    equal(initOf('chunk-stream0-00001.m4s', inits), 'v')
    equal(initOf('chunk-stream1-00001.m4s', inits), 'a')
  })

  it('prefers the init segment that came to the very path (DASH-IF Interface-1)', () => {
    const inits = [
      { path: 'Streams(video.cmfv)', upload: 'v' },
      { path: 'Streams(audio.cmfa)', upload: 'a' },
    ]
    equal(initOf('Streams(audio.cmfa)', inits), 'a')
  })

  it('takes the newest of equals', () => {
    const inits = [
      { path: 'x/a.mp4', upload: '1' },
      { path: 'x/b.mp4', upload: '2' },
    ]
    equal(initOf('x/7.m4s', inits), '2')
  })

  it('finds none in another folder', () => {
    equal(initOf('audio/1.m4s', [{ path: 'video/init.mp4', upload: 'v' }]), null)
  })
})
