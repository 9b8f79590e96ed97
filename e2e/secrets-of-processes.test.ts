import { deepEqual, equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { heldFfprobe } from '../services/probe/src/testing/fake-ffprobe.ts'
import { curl, makeStream } from './clients/curl.ts'
import { freePort } from './server/free-port.ts'
import { isPart, type Process, type ProcessName, processesBelow } from './server/processes.ts'
import { startStandalone } from './server/standalone.ts'
import { root } from './tiers/test-files.ts'

const secrets = {
  redis: 'redis-s3cret-1',
  limits: 'limits-s3cret-2',
  store: 'store-s3cret-key-3',
  session: 'session-s3cret-4',
  passphrase: 'passphrase-s3cret-5',
}
const storeKeys = { AWS_SECRET_ACCESS_KEY: secrets.store, AWS_SESSION_TOKEN: secrets.session }
const parts: readonly ProcessName[] = ['proxy', 'ingest', 'probe']

/** The secrets in a text, by name. */
const secretsIn = (text: string): string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []))

/** Every secret among the arguments of some processes. */
const shownBy = (processes: readonly Process[]): string[] =>
  processes.flatMap(({ command }) => secretsIn(command).map((name) => `${name} in ${command}`))

const environmentOf = (processes: readonly Process[], part: ProcessName): string[] =>
  secretsIn(processes.find((process) => isPart(process, part))?.environment ?? '')

describe('secrets of the settings', function () {
  this.timeout(120_000)

  it('are in no process’s arguments, and in no environment but of those that read them', async () => {
    const port = await freePort()
    const settings = { port: String(port), bind: '127.0.0.1', requirepass: secrets.redis }
    await using _redis = await startRedisServer(settings)
    await using tools = await temporaryDirectory()
    const held = await heldFfprobe(tools.path)
    await using server = await startStandalone([], {
      REDIS_URL: `redis://:${secrets.redis}@127.0.0.1:${port}`,
      LIMITS_REDIS_URL: `redis://:${secrets.limits}@127.0.0.1:1`,
      FFPROBE: held.path,
      ...storeKeys,
    })
    const stream = await makeStream(server)
    const init = Buffer.concat([ftyp, moov()])
    equal((await curl(server, `/streams/${stream}/a.mp4`, ['-T', '-'], init)).status, 202)
    const probed = curl(server, `/probe/${stream}/a.mp4`)
    await held.start()
    const all = await processesBelow(server.pid)
    deepEqual(shownBy(all), [])
    deepEqual(environmentOf(all, 'proxy'), ['limits'])
    deepEqual(environmentOf(all, 'ingest'), ['redis', 'store', 'session'])
    deepEqual(environmentOf(all, 'probe'), ['redis', 'store', 'session'])
    const ofFfprobe = all.filter((process) => !parts.some((part) => isPart(process, part)))
    // The launcher, bwrap outside and inside, and the script in ffprobe's place.
    equal(ofFfprobe.length >= 3, true, JSON.stringify(ofFfprobe.map(({ command }) => command)))
    deepEqual(
      ofFfprobe.flatMap(({ command, environment }) => secretsIn(environment).map((name) => [name, command])),
      [],
    )
    await held.release()
    await probed
    deepEqual(server.log.flatMap(secretsIn), [])
  })

  it('are in no process’s arguments while a server starts that shares CAs through a store', async () => {
    await using directory = await temporaryDirectory()
    const flags = ['--port', '0', '--working-directory', directory.path]
    const main = join(root, 'services/standalone/src/main.ts')
    const env = {
      ...process.env,
      STORE: 's3://bucket/prefix?endpoint=http://127.0.0.1:1&region=none',
      STORE_PASSPHRASE: secrets.passphrase,
      AWS_ACCESS_KEY_ID: 'key',
      ...storeKeys,
    }
    const child = spawn(process.execPath, [main, ...flags], { env, stdio: 'ignore' })
    const ended = once(child, 'close')
    try {
      const shown = new Set<string>()
      const all = await until('all of its processes', async () => {
        const now = await processesBelow(child.pid ?? 0)
        for (const one of shownBy(now)) shown.add(one)
        return (
          [...parts, 'redis' as const].every((part) => now.some((process) => isPart(process, part))) && now
        )
      })
      deepEqual([...shown], [])
      deepEqual(environmentOf(all, 'redis'), [])
      deepEqual(environmentOf(all, 'proxy'), [])
      deepEqual(environmentOf(all, 'ingest'), ['store', 'session', 'passphrase'])
      deepEqual(environmentOf(all, 'probe'), ['store', 'session'])
    } finally {
      child.kill('SIGTERM')
      await ended
    }
  })
})
