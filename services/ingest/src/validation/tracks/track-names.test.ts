import { deepEqual, equal, notEqual } from 'node:assert/strict'
import {
  extensionOf,
  freeTrackName,
  segmentOfPart,
  shapeDigest,
  steadyNameOf,
  stemOf,
} from './track-names.ts'

describe('the names of files', () => {
  it('have an extension unless it is digits alone', () => {
    const paths = ['a/v.7/seg_7.M4S', 'a/seg.7', 'a.b/seg', 'seg.', 'seg', 'seg.7a', '.m4s']
    deepEqual(paths.map(extensionOf), ['m4s', '', '', '', '', '7a', 'm4s'])
    deepEqual(paths.map(stemOf), ['a/v.7/seg_7', 'a/seg.7', 'a.b/seg', 'seg.', 'seg', 'seg', ''])
  })

  it('have one shape while their counter runs on', () => {
    const alike: readonly (readonly [string, string])[] = [
      ['v/seg_7.m4s', 'v/seg_12.m4s'],
      ['v/7.m4s', 'v/8.m4s'],
      ['v/7-hi.m4s', 'v/18-hi.m4s'],
      ['1_720p.m4s', '12_720p.m4s'],
      ['1-250k.cmfv', '2-250k.cmfv'],
      ['720p.m4s', '1080p.m4s'],
      ['v/seg_7.1.m4s', 'v/seg_7.2.m4s'],
      ['v/seg_7.2.m4s', 'v/seg_8.m4s'],
      ['1--1024.m4s', '1-48128.m4s'],
      ['seg7', 'seg8'],
      ['seg.7', 'seg.8'],
    ]
    for (const [one, other] of alike) equal(shapeDigest(one), shapeDigest(other), `${one} ${other}`)
  })

  it('have other shapes where more than the counter differs', () => {
    const unlike: readonly (readonly [string, string])[] = [
      ['v/seg_7.m4s', 'a/seg_7.m4s'],
      ['v/seg_7.m4s', 'v/seg_7.cmfv'],
      ['v1/seg_7.m4s', 'v2/seg_7.m4s'],
      ['v1/seg.m4s', 'v2/seg.m4s'],
      ['v/7_hi.m4s', 'v/7_lo.m4s'],
      ['1_720p.m4s', '1_360p.m4s'],
      ['7_2pm.m4s', '8_2pm.m4s'],
      ['seg-7.m4s', 'seg7.m4s'],
      ['1.2.3', '4.2.3'],
    ]
    for (const [one, other] of unlike) notEqual(shapeDigest(one), shapeDigest(other), `${one} ${other}`)
  })

  it('tell a part of a segment by two numbers', () => {
    const paths = ['v/seg_7.2.m4s', 'v/seg_7.m4s', 'v/seg_7.2', 'v/1.5/seg.m4s', 'seg.7.m4s', '7.2.3.m4s']
    deepEqual(paths.map(segmentOfPart), ['v/seg_7.m4s', null, 'v/seg_7', null, null, '7.2.m4s'])
  })

  it('tell a track without their counter and the words for their kind', () => {
    const names = ['v/seg_7.m4s', 'chunk-stream0-00007.m4s', 'cam_7.2.m4s', '7.m4s', 'v/x/hi_7.m4s']
    deepEqual(
      names.map((name) => freeTrackName(name, true)),
      ['v', 'stream0', 'cam', 'media', 'v/x/hi'],
    )
    equal(freeTrackName('init-stream0.m4s', false), 'stream0')
    equal(steadyNameOf('cam-2026-11-28-09-3.mp4'), steadyNameOf('cam-2026-11-28-10-1.mp4'))
    notEqual(steadyNameOf('cam0-1.mp4'), steadyNameOf('cam1-1.mp4'))
    const alike: readonly (readonly [string, string])[] = [
      ['cam_20260101T101010Z.mp4', 'cam_20260131T235959Z.mp4'],
      ['a81bc81b-dead-4e5d-abff-90865d1e13b1.mp4', 'f47ac10b-58cc-4372-a567-0e02b2c3d479.mp4'],
      ['5d41402abc4b2a76b9719d911017c592.mp4', '7d793037a0760186574b0282f2f435e7.mp4'],
      ['2026-11-21/clip.mp4', '2026-12-01/clip.mp4'],
      ['cam/2026/11/21/10/clip_3.mp4', 'cam/2026/12/01/09/clip_4.mp4'],
      ['20261121_person_7.mp4', '20261122_person_1.mp4'],
    ]
    for (const [one, other] of alike) equal(steadyNameOf(one), steadyNameOf(other))
    const different: readonly (readonly [string, string])[] = [
      ['front_1.mp4', 'back_1.mp4'],
      ['cam/1/clip.mp4', 'cam/2/clip.mp4'],
      ['audio_en.mp4', 'audio_de.mp4'],
      ['video-720p.mp4', 'video-1080p.mp4'],
    ]
    for (const [one, other] of different) notEqual(steadyNameOf(one), steadyNameOf(other))
  })
})
