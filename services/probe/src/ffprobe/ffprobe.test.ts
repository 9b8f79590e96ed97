import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { createSandboxDir } from '../disk/sandbox-dir.ts'
import type { InputKind } from '../domain/input-kind.ts'
import { outcomeOf } from '../domain/outcome.ts'
import { heldFfprobe, scriptedFfprobe } from '../testing/fake-ffprobe.ts'
import { makeMedia, media, plainProbe } from '../testing/media.ts'
import type { Ffprobe } from '../use-cases/ports.ts'
import { type Confinement, confinements, type FfprobeLimits } from './confinement.ts'
import { ffprobeIn as ffprobeInLaunchers, prepareFfprobe } from './ffprobe.ts'
import { findProgram } from './find-program.ts'
import { createLauncherPool, type LauncherPool } from './launcher-pool.ts'

const bounds = { timeoutMs: 10_000, memoryBytes: 2 ** 30, niceness: 5 }
/** With this, a busy machine may hold ffprobe up for minutes. */
const atLast = { ...bounds, niceness: 19 }
const program = (await findProgram('ffprobe', process.env.PATH ?? '')) ?? ''
const isStatic = await confinementOf(program).then((name) => name === 'limits and bare sandbox')
const all = confinements(program, bounds).slice(isStatic ? 0 : 1)
const opened: LauncherPool[] = []

describe('ffprobe', function () {
  this.timeout(60_000)
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async () => {
    folder = await temporaryDirectory()
    await makeMedia(folder.path)
  })
  after(() => folder[Symbol.asyncDispose]())
  afterEach(() => {
    for (const launchers of opened.splice(0)) launchers[Symbol.dispose]()
  })

  for (const confinement of all) {
    describe(`in ${confinement.name}`, () => {
      const ffprobe: Ffprobe = (sandbox, kind) => ffprobeIn(confinement, bounds)(sandbox, kind)
      const cases: [InputKind, string, string?][] = [
        ['whole', media.plain],
        ['whole', media.fragmented],
        ['whole', media.init],
        ['transport-stream', media.transport],
        ['segment', media.segment, media.init],
        ['segment', media.audioSegment, media.audioInit],
      ]
      for (const [kind, object, init] of confinement === all[0] ? cases : cases.slice(-1)) {
        it(`says of ${object} what plain ffprobe says`, async () => {
          const { streams, format } = await probed(ffprobe, kind, object, init)
          const plain = await plainProbe(folder.path, ...(init ? [init] : []), object)
          deepEqual(streams, plain.streams)
          // A forced demuxer was not scored; everything else is the same.
          deepEqual(format, { ...plain.format, filename: object, probe_score: 0 })
        })
      }

      it('rejects a segment without its init segment', async () => {
        using sandbox = createSandboxDir(join(folder.path, media.segment), null)
        equal((await ffprobe(sandbox, 'whole')).ending, 'rejected')
      })
    })

    const isTightestOrNone = confinement === all[0] || confinement === all.at(-1)
    if (isTightestOrNone)
      it(`follows nothing a hostile file names, in ${confinement.name}`, async () => {
        await using hostile = await temporaryDirectory()
        await using listener = await listening()
        const ffprobe = ffprobeIn(confinement, bounds)
        await symlink(join(folder.path, media.plain), join(hostile.path, 'secret.mp4'))
        for (const [name, text] of hostileFiles(hostile.path, listener.port)) {
          const path = join(hostile.path, name)
          await writeFile(path, text)
          for (const kind of ['whole', 'segment', 'transport-stream'] as const) {
            const init = kind === 'segment' ? await readFile(join(folder.path, media.init)) : null
            using sandbox = createSandboxDir(path, init)
            const { ending, stdout, stderr } = await ffprobe(sandbox, kind)
            ok(!/"codec_name": "aac"|root:|secret/.test(stdout + stderr), `${name} as ${kind}: ${stdout}`)
            if (kind === 'whole') equal(ending, 'rejected', name)
          }
        }
        equal(listener.connections(), 0)
      })
  }

  it('would follow some of those files if it were let', async () => {
    await using hostile = await temporaryDirectory()
    await using listener = await listening()
    await symlink(join(folder.path, media.plain), join(hostile.path, 'secret.mp4'))
    const [name, text] = hostileFiles(hostile.path, listener.port)[0] ?? ['', '']
    await writeFile(join(hostile.path, name), text)
    const args = ['-v', 'error', '-show_streams', '-of', 'json', join(hostile.path, name)]
    match(execFileSync(program, args, { stdio: 'pipe' }).toString(), /"codec_name": "aac"/)
  })

  it('is killed when it takes too long, with all it started', async () => {
    await using scripts = await temporaryDirectory()
    const path = await scriptedFfprobe(scripts.path, 'sleep 1000 & sleep 1000')
    for (const confinement of confinements(path, bounds).slice(1)) {
      using sandbox = createSandboxDir(join(folder.path, media.plain), null)
      equal((await ffprobeIn(confinement, { ...bounds, timeoutMs: 300 })(sandbox, 'whole')).ending, 'timeout')
    }
    // A killed process ends once it gets the processor.
    await until('all are gone', async () => processesWith('sleep 1000') === 0)
  })

  it('does not time out while it waits for the processor or has it', async () => {
    await using scripts = await temporaryDirectory()
    using sandbox = createSandboxDir(join(folder.path, media.plain), null)
    const timeoutMs = 500
    // Never asleep; and other processes, which have the processor first, hold it up as long as they like.
    const path = await scriptedFfprobe(scripts.path, 'while [ ! -e "$here/done" ]; do :; done')
    for (const confinement of confinements(path, atLast).slice(1)) {
      const run = ffprobeIn(confinement, { ...atLast, timeoutMs })(sandbox, 'whole')
      await sleep(2 * timeoutMs)
      await writeFile(join(scripts.path, 'done'), '')
      equal((await run).ending, 'accepted', confinement.name)
      await rm(join(scripts.path, 'done'))
    }
  })

  for (const confinement of all)
    it(`leaves the processor to other processes, in ${confinement.name}`, async () => {
      await using scripts = await temporaryDirectory()
      const held = await heldFfprobe(scripts.path)
      const scripted = confinements(held.path, atLast).find(({ name }) => name === confinement.name)
      if (!scripted) throw new Error('no confinement')
      using sandbox = createSandboxDir(join(folder.path, media.plain), null)
      const run = ffprobeIn(scripted, atLast)(sandbox, 'whole')
      await held.start()
      for (const pid of processesNaming(held.path)) {
        equal(getPriority(pid), 19)
        const group = await readFile(`/proc/${pid}/autogroup`, 'utf8').catch(() => null)
        if (group !== null) match(group, / nice 19\n/)
      }
      await held.release()
      equal((await run).ending, 'accepted')
    })

  it('is killed when it writes too much', async () => {
    await using scripts = await temporaryDirectory()
    const path = await scriptedFfprobe(scripts.path, 'yes')
    using prepared = await prepareFfprobe(path, bounds, 'preferred')
    const { ffprobe } = prepared
    using sandbox = createSandboxDir(join(folder.path, media.plain), null)
    const { ending, stdout } = await ffprobe(sandbox, 'whole')
    deepEqual([ending, stdout.length], ['output-limit', 2 ** 20])
  })

  it('is stopped by its processor time too', async () => {
    await using scripts = await temporaryDirectory()
    const path = await scriptedFfprobe(scripts.path, 'while :; do :; done')
    const [, confinement] = confinements(path, { ...bounds, timeoutMs: 1_000 })
    if (!confinement) throw new Error('no confinement')
    using sandbox = createSandboxDir(join(folder.path, media.plain), null)
    equal(
      (await ffprobeIn(confinement, { ...bounds, timeoutMs: 15_000 })(sandbox, 'whole')).ending,
      'timeout',
    )
  })

  it('keeps little of a flood of complaints and does not choke on it', async () => {
    await using scripts = await temporaryDirectory()
    const path = await scriptedFfprobe(
      scripts.path,
      'head -c 5000000 /usr/bin/env /usr/bin/bash >&2; yes | head -c 5000000 >&2; exit 1',
    )
    using prepared = await prepareFfprobe(path, bounds, 'preferred')
    const { ffprobe } = prepared
    using sandbox = createSandboxDir(join(folder.path, media.plain), null)
    const { ending, stderr } = await ffprobe(sandbox, 'whole')
    equal(ending, 'rejected')
    ok(stderr.length <= 4_096)
  })

  it('sees no file but its own, no environment and no network in the sandbox', async function () {
    await using scripts = await temporaryDirectory()
    const look =
      'find / -maxdepth 1; find /etc /input /tmp -type f; env; cat /etc/passwd /proc/net/dev 2>/dev/null; ulimit -a'
    const path = await scriptedFfprobe(scripts.path, look)
    using prepared = await prepareFfprobe(path, bounds, 'preferred')
    const { ffprobe, confinement } = prepared
    if (confinement !== 'limits and sandbox') this.skip()
    using sandbox = createSandboxDir(join(folder.path, media.plain), Buffer.from('init'))
    const { stdout } = await ffprobe(sandbox, 'whole')
    const seen = stdout.split('\n').filter((line) => /^\/(?!etc\/alternatives|usr|lib|bin)/.test(line))
    const own = ['/input', '/input/init', '/input/object', '/tmp', path]
    deepEqual(seen.sort(), ['/', '/etc', '/etc/ld.so.cache', ...own].sort())
    ok(!/root:|lo:|REDIS|HOME=\/root/.test(stdout), stdout)
    match(stdout, /coredump.* 0\n[\s\S]*nofiles.* 64\n[\s\S]*vmemory.* 1048576\n/)
  })

  it('cannot write in the sandbox', async function () {
    await using scripts = await temporaryDirectory()
    const path = await scriptedFfprobe(
      scripts.path,
      'for d in / /input /tmp; do echo x >$d/x && echo wrote; done',
    )
    using prepared = await prepareFfprobe(path, bounds, 'preferred')
    if (!prepared.isSandboxed) this.skip()
    using sandbox = createSandboxDir(join(folder.path, media.plain), null)
    equal((await prepared.ffprobe(sandbox, 'whole')).stdout, '')
  })

  it('has limits in every confinement, and no capability without a sandbox', async () => {
    await using scripts = await temporaryDirectory()
    const look = 'ulimit -a; read -r caps <<END\n$(grep CapEff /proc/self/status)\nEND\necho "$caps"'
    const path = await scriptedFfprobe(scripts.path, look)
    for (const confinement of confinements(path, bounds).slice(1)) {
      using sandbox = createSandboxDir(join(folder.path, media.plain), null)
      const { stdout } = await ffprobeIn(confinement, bounds)(sandbox, 'whole')
      match(stdout, /coredump.* 0\n[\s\S]*nofiles.* 64\n[\s\S]*vmemory.* 1048576\n/, confinement.name)
      match(stdout, /time\(seconds\) +10\nfile\(blocks\) +8192\n/, confinement.name)
      if (confinement.name === 'limits, no sandbox') match(stdout, /CapEff:\s0+\n/)
    }
  })

  it('throws when something else killed it, so that it is tried again', async () => {
    await using scripts = await temporaryDirectory()
    const path = await scriptedFfprobe(scripts.path, 'kill -9 $$')
    for (const confinement of confinements(path, bounds).slice(1)) {
      using sandbox = createSandboxDir(join(folder.path, media.plain), null)
      await rejects(ffprobeIn(confinement, bounds)(sandbox, 'whole'), /another process killed ffprobe/)
    }
  })

  it('throws when the sandbox cannot be set up, so that it is tried again', async () => {
    const [confinement] = all
    if (!confinement) throw new Error('no confinement')
    using sandbox = createSandboxDir(join(folder.path, 'gone'), null)
    await rejects(ffprobeIn(confinement, bounds)(sandbox, 'whole'), /did not start: bwrap/)
  })

  async function probed(ffprobe: Ffprobe, kind: InputKind, object: string, init?: string) {
    const bytes = init ? await readFile(join(folder.path, init)) : null
    using sandbox = createSandboxDir(join(folder.path, object), bytes)
    const job = { stream: '1', upload: 'u', path: object, init: null }
    const outcome = outcomeOf(job, kind, await ffprobe(sandbox, kind))
    if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
    return outcome.probe
  }
})

describe('prepareFfprobe', () => {
  it('says what to install where there is no ffprobe', async () => {
    await rejects(
      prepareFfprobe('no-such-ffprobe', bounds, null),
      /no-such-ffprobe is not there: install ffmpeg/,
    )
  })

  it('says why an ffprobe does not run', async () => {
    await using scripts = await temporaryDirectory()
    const path = join(scripts.path, 'broken')
    await writeFile(path, '#!/bin/sh\necho broken library >&2; exit 1\n', { mode: 0o755 })
    await rejects(prepareFfprobe(path, bounds, 'preferred'), /broken library.*install ffmpeg/)
  })

  describe('without bwrap, prlimit and setpriv', () => {
    const path = process.env.PATH
    let tools: Awaited<ReturnType<typeof temporaryDirectory>>
    before(async () => {
      tools = await temporaryDirectory()
      await symlink(program, join(tools.path, 'ffprobe'))
      process.env.PATH = tools.path
    })
    after(() => {
      process.env.PATH = path
      return tools[Symbol.asyncDispose]()
    })

    it('goes on with limits where a sandbox is preferred, and says so', async () => {
      using prepared = await prepareFfprobe('ffprobe', bounds, 'preferred')
      const { confinement, isSandboxed, complaints } = prepared
      deepEqual([confinement, isSandboxed], ['limits of the shell, no sandbox', false])
      match(complaints[0] ?? '', /prlimit ENOENT/)
    })

    it('goes on so where nothing was said, but never as root', async () => {
      using prepared = await prepareFfprobe('ffprobe', bounds, null, false)
      equal(prepared.isSandboxed, false)
      await rejects(prepareFfprobe('ffprobe', bounds, null, true), /no sandbox .*PROBE_SANDBOX=preferred/)
    })

    it('refuses where a sandbox is required', () =>
      rejects(prepareFfprobe('ffprobe', bounds, 'required', false), /no sandbox .*PROBE_SANDBOX=required/))
  })

  it('refuses where bwrap may not make namespaces and a sandbox is required', async () => {
    await using tools = await temporaryDirectory()
    const path = process.env.PATH
    const refused = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n"
    await writeFile(join(tools.path, 'bwrap'), refused, { mode: 0o755 })
    process.env.PATH = `${tools.path}:${path}`
    try {
      await rejects(prepareFfprobe('ffprobe', bounds, 'required'), /No permissions to create new namespace/)
      using prepared = await prepareFfprobe('ffprobe', bounds, 'preferred')
      equal(prepared.confinement, 'limits, no sandbox')
    } finally {
      process.env.PATH = path
    }
  })

  it('prefers the sandbox', async function () {
    using prepared = await prepareFfprobe('ffprobe', bounds, 'preferred')
    const { confinement, complaints } = prepared
    if (complaints.length > 0) this.skip()
    match(confinement, /^limits and (bare )?sandbox$/)
    notEqual(program, '')
  })
})

async function confinementOf(name: string): Promise<string> {
  using prepared = await prepareFfprobe(name, bounds, 'preferred')
  return prepared.confinement
}

function ffprobeIn(confinement: Confinement, limits: FfprobeLimits): Ffprobe {
  const launchers = createLauncherPool(confinement, limits.niceness)
  opened.push(launchers)
  return ffprobeInLaunchers(confinement, limits, launchers)
}

function hostileFiles(directory: string, port: number): [string, string][] {
  const playlist = (uri: string, end = '#EXT-X-ENDLIST\n') =>
    `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${uri}\n${end}`
  const mpd = (base: string) =>
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="0" bandwidth="1"><BaseURL>${base}</BaseURL></Representation></AdaptationSet></Period></MPD>`
  const url = `http://127.0.0.1:${port}/x.mp4`
  return [
    ['other.m3u8', playlist('secret.mp4')],
    ['absolute.m3u8', playlist(`file://${directory}/secret.mp4`)],
    ['http.m3u8', playlist(url)],
    [
      'key.m3u8',
      playlist('secret.mp4').replace('#EXTINF', `#EXT-X-KEY:METHOD=AES-128,URI="${url}"\n#EXTINF`),
    ],
    ['live.m3u8', playlist('missing.mp4', '')],
    ['named.m4s', playlist('secret.mp4')],
    ['passwd.mpd', mpd('file:///etc/passwd')],
    ['http.mpd', mpd(url)],
    ['list.ffconcat', `ffconcat version 1.0\nfile secret.mp4\nfile '${url}'\n`],
    [
      'session.sdp',
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video ${port} RTP/AVP 96\n`,
    ],
    ['empty.mp4', ''],
    ['image.jpeg', '\xff\xd8\xff\xe0\0\x10JFIF'],
  ]
}

async function listening() {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.end()))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    connections: () => sockets.length,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

function processesNaming(word: string): number[] {
  const listed = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n')
  return listed.filter((line) => line.includes(word)).map((line) => Number.parseInt(line, 10))
}

function processesWith(command: string): number {
  const listed = execFileSync('ps', ['-eo', 'args']).toString().split('\n')
  return listed.filter((line) => line === command).length
}
