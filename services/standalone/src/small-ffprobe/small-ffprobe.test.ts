import { deepEqual, equal, match } from 'node:assert/strict'
import { closeSync, openSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { directoryWithRoots } from '../../../ingest/src/testing/certificates.ts'
import { killing, type Launched, launchWith } from '../testing/launch.ts'
import { openSmallFfprobe } from './small-ffprobe.ts'

/** Tools that a build takes; `make` succeeds with the machine's own ffprobe, or fails. */
async function fakeTools(root: string, isGood: boolean) {
  const bin = join(root, 'bin')
  const source = join(root, 'source')
  await mkdir(bin)
  await mkdir(source)
  await writeFile(join(source, 'ffmpeg_5.1.dsc'), '')
  const configure = `mkdir ffmpeg-5.1 && printf '#!/bin/sh\\n' >ffmpeg-5.1/configure && chmod +x ffmpeg-5.1/configure`
  const make = isGood
    ? 'echo "CC libavutil/one.o"; cp "$(command -v ffprobe)" ffprobe'
    : 'echo "x.c: no such file" >&2; exit 2'
  const tools = {
    'apt-get': ':',
    gcc: ':',
    'pkg-config': ':',
    'dpkg-parsechangelog': 'echo 1-1',
    'dpkg-source': configure,
    make,
  }
  for (const [name, text] of Object.entries(tools)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const cache = join(root, 'cache')
  return { env: { PATH: `${bin}:${process.env.PATH}`, XDG_CACHE_HOME: cache, FFPROBE: '' }, source }
}

/** What the newest probe worker was started with. */
async function ffprobeOf(server: Launched): Promise<string | undefined> {
  const started = [...server.said().matchAll(/process started .*"process":"probe","processId":(\d+)/g)].at(-1)
  const environment = (await readFile(`/proc/${started?.[1]}/environ`, 'utf8')).split('\0')
  return environment.find((line) => line.startsWith('FFPROBE='))?.slice('FFPROBE='.length)
}

describe('npm start with a small ffprobe', function () {
  // The build gets what processor time the tests beside it leave.
  this.timeout(300_000)
  let livenessFifo = 0
  before(function () {
    if (process.platform !== 'linux') this.skip()
    livenessFifo = openSync('/dev/null', 'r')
  })
  after(() => closeSync(livenessFifo))

  it('hands it to the probe worker once it is built in the background', async () => {
    await using directory = await temporaryDirectory()
    const { env, source } = await fakeTools(directory.path, true)
    await using used = await directoryWithRoots()
    const building = { ...env, FFPROBE_SOURCE: source, SMALL_FFPROBE: 'auto' }
    const server = launchWith(building, '--port', '0', '--working-directory', used.path)
    await using _ = killing(server)
    await server.saying(/Running on/)
    await server.saying(/small ffprobe built/)
    await server.saying(/process restarted .*"process":"probe"/)
    match(server.said(), /building a small ffprobe in the background/)
    match(server.said(), /build-ffprobe: compiling/)
    const cache = `^${directory.path}/cache/push-av-server/ffprobe-.*/ffprobe$`
    match((await ffprobeOf(server)) ?? '', new RegExp(cache))
    const output: string[] = []
    await using next = await openSmallFfprobe(optionsWith(output, { env, source }))
    match(next.current() ?? '', new RegExp(cache))
    equal(await next.build(), false)
    deepEqual(output, [])
    server.process.kill('SIGTERM')
    equal(await server.ended, 0)
  })

  it('goes on with the packaged one when it cannot be built, and says so once', async () => {
    await using directory = await temporaryDirectory()
    const output: string[] = []
    const tools = await fakeTools(directory.path, false)
    for (let start = 0; start < 2; start++) {
      await using small = await openSmallFfprobe(optionsWith(output, tools))
      equal(await small.build(), false)
      equal(small.current(), null)
    }
    const warnings = output.filter((line) => line.includes('"warn"'))
    equal(warnings.length, 1)
    match(warnings[0] ?? '', /no small ffprobe was built.*Remove \S+\/failed to try again/)
    match(warnings[0] ?? '', /exit code 2; .*x\.c: no such file/)
  })

  it('says what a build lacks, and builds nothing when it is off or FFPROBE names another one', async () => {
    await using directory = await temporaryDirectory()
    const tools = await fakeTools(directory.path, true)
    const output: string[] = []
    const empty = { ...tools, source: join(directory.path, 'bin') }
    await using lacking = await openSmallFfprobe(optionsWith(output, empty))
    equal(await lacking.build(), false)
    match(output.join(), /"missing":\["ffmpeg_\*\.dsc in [^"]+"\].*cannot be built/)
    output.splice(0)
    await using off = await openSmallFfprobe({ ...optionsWith(output, tools), mode: 'off' })
    const other = { ...tools, env: { ...tools.env, FFPROBE: '/x' } }
    await using chosen = await openSmallFfprobe(optionsWith(output, other))
    deepEqual([await off.build(), await chosen.build(), output], [false, false, []])
  })

  const optionsWith = (output: string[], { env, source }: Awaited<ReturnType<typeof fakeTools>>) => ({
    mode: 'auto' as const,
    env: { ...process.env, ...env },
    source,
    livenessFifo,
    log: createLogger('test', 'info', { write: (line: string) => void output.push(line) }),
  })
})
