import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { accessSync, chmodSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { type Journal, type JournalLine, probed, readBody, readJournal, sha256Of } from './server/journal.ts'
import { mustRun } from './server/run.ts'
import { push, type Requests, tlsArguments, tlsForMuxer } from './support/devices/ffmpeg.ts'
import { startStunnel } from './support/devices/stunnel.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

interface Finding {
  readonly code: string
  readonly severity: string
}

const packager = join(
  import.meta.dirname,
  `../node_modules/shaka-packager/bin/packager-linux-${process.arch}`,
)

describe('clients as they are', function () {
  this.timeout(90_000)
  const server = sharedServerOfSuite()
  const media = mediaOfSuite()
  let device: Identity
  let stream: string
  let base: string
  before(async () => {
    device = await makeDevice(server(), 'cam')
  })
  beforeEach(async () => {
    stream = await makeStream(server())
    base = `${server().url}/streams/${stream}`
  })

  const live = (seconds: number) => [
    '-re',
    '-i',
    media().source,
    '-map',
    '0',
    '-c',
    'copy',
    '-t',
    String(seconds),
  ]

  describe('ffmpeg', () => {
    const dash = ['-f', 'dash', '-seg_duration', '2', '-use_timeline', '0', '-use_template', '1']
    const names = [
      ...['-init_seg_name', 'track-$RepresentationID$/init.cmfv'],
      ...['-media_seg_name', 'track-$RepresentationID$/$Number$.cmfv', '-format_options', 'movflags=cmaf'],
    ]
    const http = () => [
      ...['-method', 'PUT', '-http_persistent', '1', '-http_opts'],
      tlsForMuxer(server(), device, { headers: 'DASH-IF-Ingest: 1.2', user_agent: 'Cam/1.0' }),
    ]

    it('pushes DASH with a window, deletes what leaves it, and every upload is whole (I2-02)', async () => {
      const window = ['-window_size', '2', '-extra_window_size', '1']
      const made = await push(stream, [
        ...live(10),
        ...dash,
        ...window,
        ...names,
        ...http(),
        `${base}/manifest.mpd`,
      ])
      ok(made.deletions.length > 0 && made.uploads.length >= 20, JSON.stringify(made))
      const { uploads } = await allWhole(made)
      for (const { sender } of uploads) {
        match(sender.device?.subject ?? '', /CN=cam$/)
        equal(sender.headers[sender.headers.indexOf('DASH-IF-Ingest') + 1], '1.2')
      }
      for (const path of made.deletions) equal((await get(path)).status, 404, path)
      await allProbed([
        ['track-0/5.cmfv', 'h264'],
        ['track-0/init.cmfv', 'h264'],
        ['track-1/5.cmfv', 'aac'],
      ])
    })

    it('pushes DASH and HLS playlists at low latency (I2-01, I2-16)', async () => {
      const early = ['-streaming', '1', '-ldash', '1', '-frag_type', 'duration', '-frag_duration', '0.5']
      const playlists = ['-hls_playlist', '1']
      const made = await push(stream, [
        ...live(6),
        ...dash,
        ...early,
        ...playlists,
        ...http(),
        `${base}/manifest.mpd`,
      ])
      await allWhole(made)
      for (const path of ['manifest.mpd', 'master.m3u8', 'media_0.m3u8', 'media_1.m3u8']) {
        ok(made.uploads.includes(path), JSON.stringify(made))
        ok((await get(path)).text.length > 0)
      }
      await allProbed([
        ['init-stream0.m4s', 'h264'],
        ['chunk-stream0-00001.m4s', 'h264'],
        ['chunk-stream1-00001.m4s', 'aac'],
      ])
    })

    it('pushes one long request per track, of which every byte arrives', async () => {
      const movie = ['-f', 'mp4', '-movflags', '+cmaf+dash+delay_moov+skip_sidx+skip_trailer+frag_keyframe']
      const track = (map: string, path: string) => {
        const copy = ['-map', map, '-c', 'copy', '-t', '6', ...movie]
        const request = ['-method', 'POST', '-multiple_requests', '1', '-content_type', 'video/mp4']
        const sent = [...copy, ...request, ...tlsArguments(server(), device), `${base}/${path}`]
        return [...sent, ...copy, '-y', join(media().directory, path)]
      }
      const input = ['-re', '-i', media().source]
      const paths = ['Streams(video.cmfv)', 'Streams(audio.cmfa)'] as const
      const made = await push(stream, [...input, ...track('0:v', paths[0]), ...track('0:a', paths[1])])
      const { uploads } = await allWhole(made)
      for (const path of paths) {
        const written = await readFile(join(media().directory, path))
        equal(uploads.find((upload) => upload.path === path)?.sha256, sha256Of(written), path)
      }
      await allProbed([
        [paths[0], 'h264'],
        [paths[1], 'aac'],
      ])
    })

    it('pushes HLS through stunnel', async () => {
      await using tunnel = await startStunnel(server(), device, media().directory)
      const at = `${tunnel.url}/streams/${stream}`
      const hls = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '2']
      const parts = ['-hls_segment_type', 'fmp4', '-hls_segment_filename', `${at}/seg-%05d.m4s`]
      const flags = [
        '-hls_flags',
        'delete_segments+independent_segments',
        '-hls_fmp4_init_filename',
        'init.mp4',
      ]
      const persistent = ['-method', 'PUT', '-http_persistent', '1']
      const made = await push(stream, [
        ...live(5),
        ...hls,
        ...flags,
        ...parts,
        ...persistent,
        `${at}/index.m3u8`,
      ])
      ok(made.uploads.includes('seg-00003.m4s'), JSON.stringify(made))
      // Video and audio in one segment are HLS, but not CMAF.
      const { uploads } = await allWhole(made, ['init-track-count', 'segment-multiplexed'])
      for (const { sender } of uploads) match(sender.device?.subject ?? '', /CN=cam$/)
      await allProbed([
        ['init.mp4', 'h264'],
        ['seg-00003.m4s', 'h264'],
      ])
    })
  })

  describe('shaka-packager', () => {
    it('pushes DASH and HLS, its init segments twice', async function () {
      if (!isInstalled(packager)) this.skip()
      const track = (kind: string, more: string) =>
        `in=${media().source},stream=${kind},init_segment=${base}/${kind}/init.mp4,segment_template=${base}/${kind}/$Number$.m4s,playlist_name=${kind}.m3u8${more}`
      const files = ['--ca_file', server().rootCertificate, '--client_cert_file', device.cert]
      const lists = [
        '--mpd_output',
        `${base}/manifest.mpd`,
        '--hls_master_playlist_output',
        `${base}/master.m3u8`,
      ]
      await mustRun(packager, [
        ...[track('video', ''), track('audio', ',hls_group_id=aud'), '--segment_duration', '2'],
        ...[...lists, ...files, '--client_cert_private_key_file', device.key, '--user_agent', 'cam/1.0'],
      ])
      // It waits for every answer, so all is in the journal by now.
      const { uploads } = await readJournal(server(), stream)
      deepEqual(
        uploads.filter(({ whole }) => !whole),
        [],
      )
      const inits = uploads.filter(({ path }) => path === 'video/init.mp4')
      deepEqual([inits.length, new Set(inits.map(({ sha256 }) => sha256)).size], [2, 2])
      ok(uploads.length >= 30, String(uploads.length))
      deepEqual((await get('')).json.error_uploads, [])
      await allProbed([
        ['video/init.mp4', 'h264'],
        ['video/6.m4s', 'h264'],
        ['audio/6.m4s', 'aac'],
      ])
    })
  })

  for (const http of ['--http1.1', '--http2'] as const) {
    describe(`curl ${http}`, () => {
      const send = (path: string, args: readonly string[], input: Buffer | string = '') =>
        curl(server(), `/streams/${stream}/${path}`, [...as(device), http, ...args], input)

      it('puts and posts files with and without Expect, lists, gets back and deletes them', async () => {
        const file = join(media().directory, '1.cmfv')
        for (const [path, args] of [
          ['put.cmfv', ['-T', file]],
          ['asked.cmfv', ['-T', file, '-H', 'Expect: 100-continue']],
          ['chunked.cmfv', ['-T', '-', '-H', 'Transfer-Encoding: chunked', '-H', 'Expect:']],
          ['post.cmfv', ['-XPOST', '--data-binary', `@${file}`, '-H', 'Content-Type: video/mp4']],
        ] as const) {
          const { status, json, text } = await send(path, args, media().segment)
          deepEqual([status, json?.sha256], [202, sha256Of(media().segment)], text)
          ok((await get(path)).body.equals(media().segment))
        }
        equal((await send('put.cmfv', ['-XDELETE'])).status, 200)
        equal((await get('put.cmfv')).status, 404)
        const { uploads, deletions } = await readJournal(server(), stream)
        deepEqual(
          uploads.map(({ path }) => path),
          ['put.cmfv', 'asked.cmfv', 'chunked.cmfv', 'post.cmfv'],
        )
        deepEqual([uploads.every(({ whole }) => whole), deletions], [true, ['put.cmfv']])
      })

      it('puts three files on one connection, and three at once (C-17)', async () => {
        const three = join(media().directory, '{1.cmfv,init.cmfv,m.mpd}')
        for (const parallel of [[], ['--parallel', '--parallel-max', '3']]) {
          equal((await send('', ['-T', three, ...parallel])).exitCode, 0)
        }
        const { uploads } = await readJournal(server(), stream)
        deepEqual(uploads.map(({ path, whole }) => `${path} ${whole}`).sort(), [
          ...['1.cmfv true', '1.cmfv true', 'init.cmfv true', 'init.cmfv true', 'm.mpd true', 'm.mpd true'],
        ])
        await allProbed([
          ['init.cmfv', 'h264'],
          ['1.cmfv', 'h264'],
        ])
      })

      it('sends a compressed body, which is kept as what it says', async () => {
        const manifest = await readFile(join(media().directory, 'm.mpd'))
        const headers = ['-H', 'Content-Encoding: gzip', '-H', 'Content-Type: application/dash+xml']
        const sent = [...headers, '-H', 'Expect:', '-T', '-']
        const { status, json } = await send('m.mpd', sent, gzipSync(manifest))
        deepEqual([status, json?.bytes, json?.sha256], [202, manifest.length, sha256Of(manifest)])
      })

      it('sends the output of a live encoder while it comes, every byte of it', async () => {
        const copy = join(media().directory, 'tee.mp4')
        const encode = `ffmpeg -nostdin -v error -re -i '${media().source}' -map 0:v -c copy -t 3 -f mp4 -movflags +cmaf+frag_keyframe+delay_moov -`
        const sender = `curl -sS --cacert '${server().rootCertificate}' --cert '${device.cert}' --key '${device.key}' ${http} -XPOST -H Expect: -T - '${base}/live.cmfv'`
        await mustRun('sh', ['-c', `${encode} | tee '${copy}' | ${sender}`])
        const { uploads } = await readJournal(server(), stream)
        deepEqual(
          uploads.filter(isRequest).map(({ whole, sha256 }) => [whole, sha256]),
          [[true, sha256Of(await readFile(copy))]],
        )
        await allProbed([['live.cmfv', 'h264']])
      })

      it('takes an empty file for a question', async () => {
        equal((await send('null', ['-T', '/dev/null', '--max-time', '10'])).status, 200)
        deepEqual((await readJournal(server(), stream)).uploads, [])
      })
    })
  }

  it('takes what wget puts', async () => {
    const file = join(media().directory, '1.cmfv')
    const tls = [
      `--ca-certificate=${server().rootCertificate}`,
      `--certificate=${device.cert}`,
      `--private-key=${device.key}`,
    ]
    const request = ['--method=PUT', `--body-file=${file}`, '--header', 'Content-Type: video/mp4']
    const { stdout } = await mustRun('wget', ['-q', '-O', '-', ...request, ...tls, `${base}/w.m4s`])
    equal(JSON.parse(String(stdout)).sha256, sha256Of(media().segment))
  })

  const get = (path: string) => curl(server(), `/streams/${stream}${path && '/'}${path}`)

  /**
   * ffmpeg resets its last connection at exit when it has not read the TLS session tickets: the last manifest may
   * die in the kernel, before a server sees it.
   */
  function withoutLost(sent: readonly string[], arrived: readonly string[]): readonly string[] {
    const last = sent.lastIndexOf('manifest.mpd')
    return last >= 0 && arrived.length === sent.length - 1 ? sent.toSpliced(last, 1) : sent
  }

  /** Waits until everything a client says it sent is in the journal, and checks that it is there as it was sent. */
  async function allWhole(made: Requests, complaints: readonly string[] = []): Promise<Journal> {
    const journal = await until('all uploads in the journal', async () => {
      const journal = await readJournal(server(), stream)
      const isAll =
        journal.uploads.filter(isRequest).length >= made.uploads.length &&
        journal.deletions.length >= made.deletions.length
      return isAll && journal
    }).catch(() => readJournal(server(), stream))
    const arrived = journal.uploads
      .filter(isRequest)
      .map(({ path }) => path)
      .sort()
    deepEqual(arrived, withoutLost(made.uploads, arrived))
    deepEqual([...journal.deletions].sort(), made.deletions)
    deepEqual(
      journal.uploads.filter(({ whole }) => !whole),
      [],
    )
    for (const { id, sha256 } of journal.uploads) {
      equal(sha256Of(await readBody(server(), stream, id)), sha256)
    }
    deepEqual(await errorCodes(), complaints)
    return journal
  }

  /** Codes of all errors found in the stream, each once. */
  async function errorCodes(): Promise<string[]> {
    const { error_uploads } = (await get('')).json as { error_uploads: { findings: Finding[] }[] }
    const errors = error_uploads
      .flatMap(({ findings }) => findings)
      .filter(({ severity }) => severity === 'error')
    return [...new Set(errors.map(({ code }) => code))].sort()
  }

  /** Checks that there is a good probe of every media object, and of some what it says. */
  async function allProbed(codecs: readonly (readonly [path: string, codec: string])[]): Promise<void> {
    const { uploads, deletions } = await readJournal(server(), stream)
    const media = uploads.filter(({ kind }) => kind === 'init' || kind === 'segment')
    const paths = [...new Set(media.map(({ path }) => path))].filter((path) => !deletions.includes(path))
    const answers = await Promise.all(paths.map((path) => probed(server(), stream, path)))
    const found = new Map(
      answers.map(({ status, json, text }, n) => {
        equal(status, 200, `${paths[n]}: ${text}`)
        equal(json.format.filename, paths[n])
        return [paths[n], json.streams[0].codec_name]
      }),
    )
    for (const [path, codec] of codecs) equal(found.get(path), codec, path)
  }
})

/** Not one of the parts that a long request was cut into. */
const isRequest = ({ part }: JournalLine): boolean => part === undefined

function isInstalled(program: string): boolean {
  try {
    accessSync(program)
    // Not every npm leaves the bit on that makes it a program.
    chmodSync(program, 0o755)
    return true
  } catch {
    return false
  }
}
