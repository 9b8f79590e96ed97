import { deepEqual, equal } from 'node:assert/strict'
import type { InitFacts, MediaFacts } from '../../media/inspection.ts'
import { partFolderOf } from '../../uploads/part-path.ts'
import { at } from '../state.ts'
import {
  codesOf,
  initAt,
  mediaAt,
  mpdAt,
  playlistAt,
  representation,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

const stream = streamOf('cmaf-ingest')
const sound: Partial<InitFacts> = {
  timescale: 48_000,
  handler: 'soun',
  codec: 'mp4a.40.2',
  width: null,
  height: null,
  defaultSampleDuration: 1_024,
}

/** The nth segment of a second of pictures, and of sound that is as long. */
const picture = (
  path: string,
  nth: number,
  facts: Partial<MediaFacts> = {},
  extra: Partial<TestObject> = {},
) =>
  mediaAt(
    path,
    nth,
    { decodeTime: (nth - 1) * 1_000, explicitDuration: 1_000, sampleCount: 25, ...facts },
    extra,
  )
const soundAt = (path: string, nth: number, facts: Partial<MediaFacts> = {}) =>
  mediaAt(path, nth, { decodeTime: (nth - 1) * 48_128, explicitDuration: 48_128, sampleCount: 47, ...facts })

/** Segments in each track, by its name; the codes of errors and warnings. */
function outcomeOf(objects: readonly TestObject[]) {
  const result = validateInOrder(stream, objects)
  const tracks = Object.values(at(result.state.sessions, 'none')?.tracks ?? {})
  const counts = tracks.filter(({ segmentCount }) => segmentCount > 0)
  return {
    tracks: Object.fromEntries(counts.map(({ name, segmentCount }) => [name, segmentCount])),
    codes: codesOf(result).flat(),
    inits: result.verdicts.map(({ init }) => init),
  }
}

const numbers = [1, 2, 3]
const inTurn = <Value>(...lists: readonly (readonly Value[])[]): Value[] =>
  numbers.flatMap((_nth, index) => lists.flatMap((list) => list.slice(index, index + 1)))

describe('the tracks of a cmaf-ingest stream', () => {
  const video = (pathOf: (nth: number) => string) => numbers.map((nth) => picture(pathOf(nth), nth))
  const audio = (pathOf: (nth: number) => string) => numbers.map((nth) => soundAt(pathOf(nth), nth))

  const schemes: Readonly<
    Record<string, { video: [string, (nth: number) => string]; audio?: [string, (nth: number) => string] }>
  > = {
    'ffmpeg -f dash': {
      video: ['init-stream0.m4s', (nth) => `chunk-stream0-0000${nth}.m4s`],
      audio: ['init-stream1.m4s', (nth) => `chunk-stream1-0000${nth}.m4s`],
    },
    'ffmpeg -f hls': { video: ['init.mp4', (nth) => `front_door${nth}.m4s`] },
    'ffmpeg -var_stream_map': {
      video: ['init_0.mp4', (nth) => `file_0_00${nth}.m4s`],
      audio: ['init_1.mp4', (nth) => `file_1_00${nth}.m4s`],
    },
    'shaka-packager in folders': {
      video: ['video/init.mp4', (nth) => `video/${nth}.m4s`],
      audio: ['audio/init.mp4', (nth) => `audio/${nth}.m4s`],
    },
    'shaka-packager in one folder': {
      video: ['h264_720p_init.mp4', (nth) => `h264_720p_${nth}.m4s`],
      audio: ['audio_eng_init.mp4', (nth) => `audio_eng_${nth}.m4s`],
    },
    gpac: {
      video: ['door_dash_track1_init.mp4', (nth) => `door_dash_track1_${nth}.m4s`],
      audio: ['door_dash_track2_init.mp4', (nth) => `door_dash_track2_${nth}.m4s`],
    },
    bento4: {
      video: ['video/avc1/1/init.mp4', (nth) => `video/avc1/1/seg-${nth}.m4s`],
      audio: ['audio/und/mp4a/init.mp4', (nth) => `audio/und/mp4a/seg-${nth}.m4s`],
    },
    'GStreamer hlscmafsink': { video: ['init00000.mp4', (nth) => `segment0000${nth}.m4s`] },
    Unified: {
      video: ['ch1/ch1-video=500000.dash', (nth) => `ch1/ch1-video=500000-${nth * 1000}.dash`],
      audio: ['ch1/ch1-audio=128000.dash', (nth) => `ch1/ch1-audio=128000-${nth * 48_128}.dash`],
    },
    AWS: {
      video: ['Streams(v.cmfv)/InitializationSegment', (nth) => `Streams(v.cmfv)/Segment(${nth})`],
      audio: ['Streams(a.cmfa)/InitializationSegment', (nth) => `Streams(a.cmfa)/Segment(${nth})`],
    },
    'AWS names': {
      video: ['index_video_1_0_init.mp4', (nth) => `index_video_1_0_${nth}.mp4`],
      audio: ['index_audio_2_0_init.mp4', (nth) => `index_audio_2_0_${nth}.mp4`],
    },
    'names that nothing but their first letter tells apart': {
      video: ['pic_init.mp4', (nth) => `p${nth}.m4s`],
      audio: ['snd_init.mp4', (nth) => `s${nth}.m4s`],
    },
    'ffmpeg -var_stream_map with names': {
      video: ['i_hi.mp4', (nth) => `s_hi_${nth}.m4s`],
      audio: ['i_en.mp4', (nth) => `s_en_${nth}.m4s`],
    },
    Wowza: {
      video: [
        'chunk_ctvideo_ridp0va0_cinit_w82_mpd.m4s',
        (nth) => `chunk_ctvideo_ridp0va0_cn${nth}_w82_mpd.m4s`,
      ],
      audio: [
        'chunk_ctaudio_ridp0aa0_cinit_w82_mpd.m4s',
        (nth) => `chunk_ctaudio_ridp0aa0_cn${nth}_w82_mpd.m4s`,
      ],
    },
    Axis: {
      video: ['acc8/video_init.mp4', (nth) => `acc8/${nth}_video.m4s`],
      audio: ['acc8/audio_init.mp4', (nth) => `acc8/${nth}_audio.m4s`],
    },
    'Nginx-RTMP': {
      video: ['cam-init.m4v', (nth) => `cam-${nth}.m4v`],
      audio: ['cam-init.m4a', (nth) => `cam-${nth}.m4a`],
    },
    'the segment in front of the track': {
      video: ['init_v1.mp4', (nth) => `seg_${nth}_v1.m4s`],
      audio: ['init_a1.mp4', (nth) => `seg_${nth}_a1.m4s`],
    },
    'GStreamer dashsink': {
      video: ['video_0_init.mp4', (nth) => `video_0_${nth}.m4s`],
      audio: ['audio_0_init.mp4', (nth) => `audio_0_${nth}.m4s`],
    },
    mediafilesegmenter: { video: ['fileSequence0.mp4', (nth) => `fileSequence${nth}.m4s`] },
    mediamtx: {
      video: ['a1b2_main_video1_init.mp4', (nth) => `a1b2_main_video1_seg${nth}.mp4`],
      audio: ['a1b2_main_audio2_init.mp4', (nth) => `a1b2_main_audio2_seg${nth}.mp4`],
    },
    'percent and spaces': { video: ['cam 1/init 100%.mp4', (nth) => `cam 1/seg (${nth}).m4s`] },
    'names that nothing tells apart': {
      video: ['x.header', (nth) => `b${nth}.m4s`],
      audio: ['y.header', (nth) => `a${nth}.m4s`],
    },
    'extensions alone': {
      video: ['cam/init.m4v', (nth) => `cam/${nth}.m4v`],
      audio: ['cam/init.m4a', (nth) => `cam/${nth}.m4a`],
    },
    'extensions of CMAF': {
      video: ['init.cmfv', (nth) => `seg_${nth}.cmfv`],
      audio: ['init.cmfa', (nth) => `seg_${nth}.cmfa`],
    },
    'a camera with a counter': { video: ['init.mp4', (nth) => `Trinity_${nth}.m4s`] },
    'a camera with a number': { video: ['init.mp4', (nth) => `front_door_12_${nth}.m4s`] },
    'dates that go on': {
      video: ['init.mp4', (nth) => `cam-2026-11-28-${['09-58', '09-59', '10-00'][nth - 1]}-${4 - nth}.m4s`],
    },
    'a header beside its segments under a plain name': { video: ['v1/i.mp4', (nth) => `v1/${nth}.m4s`] },
    'sizes behind numbers': {
      video: ['init_720p.mp4', (nth) => `${nth}_720p.m4s`],
      audio: ['init_360p.mp4', (nth) => `${nth}_360p.m4s`],
    },
    'headers in a folder of their own': {
      video: ['init/video.mp4', (nth) => `media/video-${nth}.m4s`],
      audio: ['init/audio.mp4', (nth) => `media/audio-${nth}.m4s`],
    },
    'one header in a folder of its own': { video: ['cam/init/1.mp4', (nth) => `cam/seg/${nth}.m4s`] },
    'headers above one folder': {
      video: ['video.mp4', (nth) => `seg/video-${nth}.m4s`],
      audio: ['audio.mp4', (nth) => `seg/audio-${nth}.m4s`],
    },
    'a header above its segments': { video: ['head.mp4', (nth) => `seg/${nth}.m4s`] },
  }

  it('are told by their numbers where names have nothing else alike', () => {
    const inits = [initAt('init-stream1.m4s', sound), initAt('init-stream0.m4s')]
    const sounds = audio((nth) => `1-${48_128 * (nth - 1) - 1_024}.m4s`)
    const { tracks, codes } = outcomeOf([
      ...inits,
      ...inTurn(
        sounds,
        video((nth) => `0-${nth * 12_800}.m4s`),
      ),
    ])
    deepEqual([tracks, codes], [{ stream0: 3, stream1: 3 }, []])
  })

  it('wait for their own init segment where another folder has one', () => {
    const text = initAt('text/init.mp4', { handler: 'subt', codec: 'stpp' })
    const sounds = audio((nth) => `audio/${nth}.m4s`)
    const objects = [text, ...sounds.slice(0, 1), initAt('audio/init.mp4', sound), ...sounds.slice(1)]
    const { tracks, codes, inits } = outcomeOf(objects)
    deepEqual([tracks, codes], [{ audio: 3 }, ['segment-without-init']])
    deepEqual(inits.slice(3), ['u3', 'u3'])
  })

  for (const [scheme, { video: pictures, audio: sounds }] of Object.entries(schemes)) {
    const [init, pathOf] = pictures
    const inits = [initAt(init), ...(sounds ? [initAt(sounds[0], sound)] : [])]
    const media = inTurn(video(pathOf), sounds ? audio(sounds[1]) : [])
    const expected = sounds ? [3, 3] : [3]

    it(`has one of each kind: ${scheme}`, () => {
      const { tracks, codes, inits: found } = outcomeOf([...inits, ...media])
      deepEqual([Object.values(tracks), codes], [expected, []])
      const wanted = media.map((_object, index) => (sounds && index % 2 === 1 ? 'u2' : 'u1'))
      deepEqual(found.slice(inits.length), wanted)
    })

    it(`has the same with a manifest first or last: ${scheme}`, () => {
      const named = [
        representation('', 'pictures', { initialization: init, media: templateOf(pathOf), duration: null }),
        ...(sounds
          ? [
              representation('', 'sounds', {
                initialization: sounds[0],
                media: templateOf(sounds[1]),
                codecs: 'mp4a.40.2',
                duration: null,
              }),
            ]
          : []),
      ]
      const mpd = mpdAt('live.mpd', { representations: named })
      for (const objects of [
        [mpd, ...inits, ...media],
        [...inits, mpd, ...media],
        [...inits, ...media, mpd],
      ]) {
        const { tracks, codes } = outcomeOf(objects)
        deepEqual([Object.values(tracks), codes], [expected, []])
      }
      const end = mpdAt('live.mpd', { type: 'static', representations: named })
      deepEqual(outcomeOf([...inits, ...media, end]).codes, [])
    })
  }

  /** A template for names that differ in one number; a time where the names count otherwise. */
  function templateOf(pathOf: (nth: number) => string): string | null {
    const template = pathOf(7_777_777).replace(/0*7777777(?:000)?/, '$Number$')
    if (template.includes('cam-2026')) return null
    const width = /0+(?=1\.)/.exec(pathOf(1))?.[0].length ?? 0
    if (template.includes('ch1-'))
      return template.replace('$Number$', '$Time$').replace(/\d+(?=\.dash)/, '$Time$')
    return width > 0 ? template.replace('$Number$', `$Number%0${width + 1}d$`) : template
  }

  it('shares one header between the representations that an MPD names', () => {
    const named = ['lo', 'hi'].map((id) =>
      representation('', id, {
        initialization: 'video.init.mp4',
        media: `${id}/$Number$.m4s`,
        duration: null,
      }),
    )
    const mpd = mpdAt('live.mpd', { representations: named })
    const end = mpdAt('live.mpd', { type: 'static', representations: named })
    const header = initAt('video.init.mp4')
    const media = inTurn(
      video((nth) => `lo/${nth}.m4s`),
      video((nth) => `hi/${nth}.m4s`),
    )
    for (const objects of [
      [mpd, header, ...media, end],
      [header, ...media, end],
      [header, mpd, ...media, end],
    ]) {
      const { tracks, codes, inits } = outcomeOf(objects)
      deepEqual([tracks, codes], [{ lo: 3, hi: 3 }, []])
      equal(new Set(inits.filter((init) => init !== null)).size, 1)
    }
  })

  it('shares one header between names in one folder', () => {
    const media = inTurn(
      video((nth) => `lo_${nth}.m4s`),
      video((nth) => `hi_${nth}.m4s`),
    )
    deepEqual(outcomeOf([initAt('init.mp4'), ...media]).codes, [])
    deepEqual(Object.values(outcomeOf([initAt('init.mp4'), ...media]).tracks), [3, 3])
  })

  it('gives a track the second header that its playlist names', () => {
    const playlist = playlistAt('media.m3u8', {
      map: 'init-1.mp4',
      maps: ['init-1.mp4', 'init-2.mp4'],
      uris: numbers.map((nth) => `media_${nth}.m4s`),
    })
    const [first, second] = [initAt('init-1.mp4'), initAt('init-2.mp4', { width: 1280, height: 720 })]
    const [one, two, ...others] = [1, 2, 3].map((nth) => picture(`media_${nth}.m4s`, nth))
    const restarted = picture('media_4.m4s', 4, { decodeTime: 0 })
    if (!one || !two) throw new Error('no segments')
    for (const objects of [
      [first, one, two, second, playlist, restarted],
      [first, one, two, playlist, second, restarted],
      [playlist, first, one, two, second, restarted],
    ]) {
      const { tracks, codes, inits } = outcomeOf(objects)
      deepEqual([Object.values(tracks), codes], [[3], []])
      equal(inits.at(-1), `u${objects.indexOf(second) + 1}`)
    }
    equal(others.length, 1)
  })

  it('keeps segments of a SegmentList in their tracks', () => {
    const list = (name: string) => numbers.map((nth) => `${name}${nth}f.bin.m4s`)
    const named = [
      representation('', 'v', {
        initialization: 'h1.mp4',
        media: null,
        segments: list('aa'),
        duration: null,
      }),
      representation('', 'a', {
        initialization: 'h2.mp4',
        media: null,
        segments: list('bb'),
        duration: null,
        codecs: 'mp4a.40.2',
      }),
    ]
    const media = inTurn(
      video((nth) => `aa${nth}f.bin.m4s`),
      audio((nth) => `bb${nth}f.bin.m4s`),
    )
    const objects = [
      mpdAt('m.mpd', { representations: named }),
      initAt('h2.mp4', sound),
      initAt('h1.mp4'),
      ...media,
    ]
    deepEqual([Object.values(outcomeOf(objects).tracks), outcomeOf(objects).codes], [[3, 3], []])
  })

  it('makes clips that carry their own header one track, wherever their times begin', () => {
    const clip = (path: string, nth: number, facts: Partial<MediaFacts> = {}) => {
      const object = picture(path, nth, facts)
      const { inspection } = initAt(path)
      return {
        ...object,
        inspection: inspection && { ...inspection, media: object.inspection?.media ?? null },
      }
    }
    for (const pathOf of [
      (nth: number) => `clips/clip_${nth}.mp4`,
      (nth: number) => `clip${nth}.mp4`,
      (nth: number) => `${nth}.mp4`,
      (nth: number) => `cam-2026-11-28-0${nth}-1.mp4`,
    ]) {
      const anew = numbers.map((nth) => clip(pathOf(nth), 1, { firstSequence: 1, lastSequence: 1 }))
      const onwards = numbers.map((nth) => clip(pathOf(nth), nth))
      for (const objects of [anew, onwards]) {
        const { tracks, codes } = outcomeOf(objects)
        deepEqual([Object.values(tracks), codes], [[3], []])
      }
    }
  })

  describe('of clips of several segments, each in a request of its own', () => {
    /** A clip that was cut: its header, its segments, which begin at 0, and the request. */
    const cutClip = (path: string, facts: Partial<InitFacts> = {}) => {
      const folder = partFolderOf(path, path) ?? ''
      const cut = { part: { of: path, from: 0 } }
      return {
        header: initAt(`${folder}/init.mp4`, facts, { cut, sha256: JSON.stringify(facts) }),
        media: [1, 2].map((nth) => picture(`${folder}/${nth}.m4s`, nth, {}, { cut })),
        end: picture(path, 1, {}, { cut: { parts: 3 } }),
      }
    }
    const allOf = ({ header, media, end }: ReturnType<typeof cutClip>) => [header, ...media, end]
    /** The request of a part is known by its upload's id: that of the object at a place. */
    const withRequests = (objects: readonly TestObject[]) =>
      objects.map((object) => {
        const of = object.cut?.part?.of
        const at = objects.findIndex(({ path, cut }) => path === of && cut?.parts !== undefined)
        return of === undefined ? object : { ...object, cut: { part: { of: `u${at + 1}`, from: 0 } } }
      })
    const outcome = (objects: readonly TestObject[]) => outcomeOf(withRequests(objects))
    const names = (pathOf: (nth: number) => string) => [1, 2, 3].map((nth) => cutClip(pathOf(nth)))

    it('is one, whatever counts in their names, and no time is missing between them', () => {
      for (const pathOf of [
        (nth: number) => `clips/clip-000${nth}.mp4`,
        (nth: number) => `motion_2026010${nth}.mp4`,
        (nth: number) => `cam-2026-11-28-0${nth}-1.mp4`,
      ]) {
        const { tracks, codes } = outcome(names(pathOf).flatMap(allOf))
        deepEqual([Object.values(tracks), codes], [[6], []])
      }
    })

    it('does not grow with a thousand of them', () => {
      const clips = Array.from({ length: 1_000 }, (_, at) => allOf(cutClip(`clip-${at + 1_000}.mp4`)))
      const objects = clips.flat().map((object, at) => {
        const end = Math.floor(at / 4) * 4 + 4
        return object.cut?.part ? { ...object, cut: { part: { of: `u${end}`, from: 0 } } } : object
      })
      const { tracks, codes } = outcomeOf(objects)
      deepEqual([Object.values(tracks), codes], [[2_000], []])
    })

    it('does not grow where names are words without end, of one device', () => {
      const words = Array.from(
        { length: 40 },
        (_, at) => `${String.fromCharCode(97 + (at % 26)).repeat(5 + at)}.mp4`,
      )
      const { tracks, codes } = outcome(words.map((path) => cutClip(path)).flatMap(allOf))
      deepEqual([Object.keys(tracks).length, codes], [8, []])
    })

    it('is one for each camera', () => {
      const paths = [1, 2].flatMap((nth) =>
        ['front', 'back'].map((camera) => `${camera}_2026010${nth}T101010.mp4`),
      )
      deepEqual(Object.values(outcome(paths.map((path) => cutClip(path)).flatMap(allOf)).tracks), [4, 4])
      const both = ['one', 'two'].flatMap((device, at) =>
        allOf(cutClip(`clip-${at}.mp4`)).map((object) => ({ ...object, device })),
      )
      deepEqual(Object.values(outcome(both).tracks), [2, 2])
    })

    it('places them one behind the other', () => {
      const objects = withRequests(names((nth) => `clip-${nth}.mp4`).flatMap(allOf))
      const [track] = Object.values(at(validateInOrder(stream, objects).state.sessions, 'none')?.tracks ?? {})
      deepEqual([track?.shift, track?.clock?.end], [4_000, 2_000])
    })

    it('is one of each where requests run side by side, or where headers do not fit each other', () => {
      const [one, two] = [cutClip('video_1.mp4'), cutClip('video_2.mp4')]
      const beside = [one, two].flatMap(({ header }) => header)
      const { tracks } = outcome([...beside, ...one.media, ...two.media, one.end, two.end])
      deepEqual(tracks, { video_1: 2, video_2: 2 })
      const small = cutClip('video_2.mp4', { width: 320, height: 180 })
      deepEqual(outcome([...allOf(one), ...allOf(small)]).tracks, { video_1: 2, video_2: 2 })
    })

    it('is known to a static MPD that names each file', () => {
      const clips = [1, 2].map((nth) => `clip-${nth}.mp4`)
      const end = mpdAt('m.mpd', {
        type: 'static',
        representations: clips.map((media, index) =>
          representation('', `${index}`, { addressing: 'file', initialization: null, media, duration: null }),
        ),
      })
      deepEqual(outcome([...clips.flatMap((path) => allOf(cutClip(path))), end]).codes, [])
    })
  })

  it('makes files that are whole without fragments one track', () => {
    const clips = numbers.map((nth) =>
      initAt(`clip-000${nth}.mp4`, { isFragmented: false, hasSamples: true }),
    )
    const result = validateInOrder(stream, clips)
    deepEqual(Object.keys(at(result.state.sessions, 'none')?.tracks ?? {}), ['clip'])
    deepEqual(
      codesOf(result),
      numbers.map(() => ['init-not-fragmented']),
    )
  })

  it('knows clips that were cut into segments by the template that names the clips', () => {
    const clip = (path: string, facts: Partial<InitFacts> = {}) => {
      const cut = { part: { of: path, from: 0 } }
      return [
        initAt(`${partFolderOf(path, path)}/init.mp4`, facts, { cut }),
        picture(`${partFolderOf(path, path)}/1.m4s`, 1, {}, { cut }),
        picture(`${partFolderOf(path, path)}/2.m4s`, 2, {}, { cut }),
        picture(path, 1, {}, { cut: { parts: 3 } }),
      ]
    }
    const of = (media: string, addressing: 'template' | 'file' = 'template') =>
      mpdAt('dash.mpd', {
        type: 'static',
        representations: [
          representation('', 'v', {
            addressing,
            initialization: null,
            media,
            duration: addressing === 'file' ? null : 2,
            timescale: 1,
            periodSeconds: 6,
          }),
        ],
      })
    const clips = [1, 2, 3].flatMap((nth) => clip(`video_0_${nth}.mp4`))
    deepEqual(outcomeOf([...clips, of('video_0_$Number$.mp4')]).codes, [])
    deepEqual(outcomeOf([...clips, of('video_1_$Number$.mp4')]).codes.sort(), [
      'manifest-names-unknown-track',
      'manifest-omits-track',
    ])
    deepEqual(outcomeOf([...clips.slice(0, 4), of('video_0_1.mp4', 'file')]).codes, [])
  })

  it('puts what came before its init segment, or before its manifest, into no second track', () => {
    const media = video((nth) => `front_door_${nth}.m4s`)
    const late = outcomeOf([...media.slice(0, 2), initAt('init.mp4'), ...media.slice(2)])
    deepEqual(late.tracks, { front_door: 3 })
    deepEqual(late.codes, ['segment-without-init', 'segment-without-init'])
    equal(late.inits.at(-1), 'u3')
    const both = inTurn(
      video((nth) => `p${nth}.m4s`),
      audio((nth) => `s${nth}.m4s`),
    )
    const inits = [initAt('pic_init.mp4'), initAt('snd_init.mp4', sound)]
    deepEqual(outcomeOf([...both.slice(0, 2), ...inits, ...both.slice(2)]).tracks, { p: 3, s: 3 })
  })

  it('does not put a track whose init segment is lost into another one', () => {
    const media = inTurn(
      video((nth) => `chunk-stream0-${nth}.m4s`),
      video((nth) => `chunk-stream1-${nth}.m4s`),
    )
    const { tracks, codes } = outcomeOf([initAt('init-stream0.m4s'), ...media])
    deepEqual(tracks, { stream0: 3, stream1: 3 })
    deepEqual(new Set(codes), new Set(['segment-without-init']))
  })

  it('still finds what is wrong in the one track of a folder', () => {
    const init = initAt('init.mp4')
    const wrongId = picture('cam_1.m4s', 1, { trackId: 2 })
    deepEqual(outcomeOf([init, wrongId]).codes, ['track-id-mismatch'])
    const gap = [picture('cam_1.m4s', 1), picture('cam_2.m4s', 2, { decodeTime: 3_000 })]
    deepEqual(outcomeOf([init, ...gap]).codes, ['tfdt-gap'])
    const back = [picture('cam_1.m4s', 1), picture('cam_2.m4s', 2, { decodeTime: 500 })]
    deepEqual(outcomeOf([init, ...back]).codes, ['tfdt-overlap'])
  })

  it('has as many tracks as before after a thousand names', () => {
    const names = Array.from({ length: 1_000 }, (_, at) => picture(`yard_${at % 24}_${at + 1}.m4s`, at + 1))
    const { tracks, codes } = outcomeOf([initAt('init.mp4'), ...names])
    deepEqual([Object.values(tracks), codes], [[1_000], []])
  })

  it('keeps two devices with like names in two folders apart', () => {
    const of = (folder: string) => [
      initAt(`${folder}/init.mp4`),
      ...video((nth) => `${folder}/seg_${nth}.m4s`),
    ]
    const objects = [...of('a/cam'), ...of('b/cam')]
    deepEqual(outcomeOf(objects).tracks, { 'a/cam': 3, 'b/cam': 3 })
  })
})

describe('parts of segments as files of their own', () => {
  const init = initAt('init.mp4')
  /** The part of a segment, four parts each, of a quarter of a second. */
  const part = (path: string, segment: number, nth: number, facts: Partial<MediaFacts> = {}) => {
    const index = (segment - 1) * 4 + nth - 1
    return mediaAt(path, index + 1, {
      decodeTime: index * 250,
      explicitDuration: 250,
      sampleCount: 6,
      startsWithSync: nth === 1,
      ...facts,
    })
  }
  const partsOf = (pathOf: (segment: number, nth: number) => string) =>
    [1, 2, 3].flatMap((segment) => [1, 2, 3, 4].map((nth) => part(pathOf(segment, nth), segment, nth)))
  const dots = partsOf((segment, nth) => `seg_${segment}.${nth}.m4s`)

  for (const [scheme, pathOf] of Object.entries({
    'two numbers': (segment: number, nth: number) => `seg_${segment}.${nth}.m4s`,
    'two numbers without extension': (segment: number, nth: number) => `name_${segment}.${nth}`,
    'the first without number': (segment: number, nth: number) =>
      `v${segment}${nth > 1 ? `.${nth - 1}` : ''}.m4s`,
  })) {
    it(`are one track of whole segments: ${scheme}`, () => {
      const { tracks, codes } = outcomeOf([init, ...partsOf(pathOf)])
      deepEqual([tracks, codes], [{ media: 3 }, []])
    })
  }

  it('are known by the playlist that lists them', () => {
    const parts = partsOf((segment, nth) => `live-${segment}-${nth}.m4s`)
    const playlist = playlistAt('live.m3u8', {
      maps: ['init.mp4'],
      parts: ['live-1-1.m4s', 'live-1-2.m4s', 'live-2-1.m4s'],
    })
    const { tracks, codes } = outcomeOf([init, playlist, ...parts])
    deepEqual([Object.values(tracks), codes], [[3], []])
  })

  it('are known by $SubNumber$ in the template', () => {
    const named = representation('', 'v', {
      initialization: 'init.mp4',
      media: 'c$Number$_$SubNumber$.m4s',
      duration: 1000,
    })
    const mpd = mpdAt('m.mpd', { representations: [named] })
    const { tracks, codes } = outcomeOf([mpd, init, ...partsOf((segment, nth) => `c${segment}_${nth}.m4s`)])
    deepEqual([Object.values(tracks), codes], [[3], []])
  })

  it('are known by the brand of a chunk', () => {
    const chunks = partsOf((segment, nth) => `${(segment - 1) * 4 + nth}.m4s`).map((object, index) => ({
      ...object,
      inspection: object.inspection && {
        ...object.inspection,
        brands: index % 4 === 0 ? ['msdh', 'cmfs', 'cmfl'] : ['cmfl'],
      },
    }))
    const { tracks, codes } = outcomeOf([init, ...chunks])
    deepEqual([Object.values(tracks), codes], [[3], []])
  })

  it('may be followed by the whole segment', () => {
    const whole = (segment: number) =>
      picture(`seg_${segment}.m4s`, segment, { firstSequence: 4 * segment - 3 })
    const objects = [init, ...dots.slice(0, 4), whole(1), ...dots.slice(4, 9), whole(2), ...dots.slice(9)]
    const { tracks, codes } = outcomeOf(objects)
    deepEqual([Object.values(tracks), codes], [[3], []])
  })

  it('have gaps, and a first one that is no key frame, found', () => {
    deepEqual(outcomeOf([init, ...dots.toSpliced(5, 1)]).codes, ['tfdt-gap'])
    const hollow = dots.map((object, index) =>
      index === 4 ? part('seg_2.1.m4s', 2, 1, { startsWithSync: false }) : object,
    )
    deepEqual(outcomeOf([init, ...hollow]).codes, ['segment-not-starting-with-sync-sample'])
  })

  it('are as long together as the manifest says', () => {
    const named = (duration: number) =>
      mpdAt('m.mpd', {
        representations: [
          representation('', 'v', { initialization: 'init.mp4', media: 'seg_$Number$.m4s', duration }),
        ],
      })
    deepEqual(outcomeOf([named(1_000), init, ...dots]).codes, [])
    deepEqual(outcomeOf([named(4_000), init, ...dots]).codes[0], 'segment-duration-off')
  })

  it('are no parts where the first number is the track', () => {
    const lists = [0, 1].map((track) => [1, 2, 3].map((nth) => picture(`v_${track}.${nth}.m4s`, nth)))
    const inits = [initAt('v_0.init.mp4'), initAt('v_1.init.mp4', { width: 320 })]
    const { codes } = outcomeOf([...inits, ...inTurn(...lists)])
    deepEqual(codes, [])
  })
})
