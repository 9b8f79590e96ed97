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

  it('counts no extension that all tracks have, and the name of the folder behind that of the segment', () => {
    const inits = [
      { path: 'session_1/video/video.init', upload: '1' },
      { path: 'session_1/video/init.m4s', upload: '2' },
    ]
    equal(initOf('session_1/video/segment_1001.m4s', inits), '1')
    equal(initOf('session_1/video/video_1001.m4s', inits), '1')
    equal(initOf('session_1/video/init_1001.m4s', inits), '2')
    const ofKinds = [
      { path: 'video/video.cmfv', upload: '1' },
      { path: 'video/audio.cmfa', upload: '2' },
    ]
    equal(initOf('video/7.cmfa', ofKinds), '2')
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
