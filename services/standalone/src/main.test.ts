import { deepEqual, equal, match, notEqual, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, glob, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { directoryWithRoots } from '../../ingest/src/testing/certificates.ts'
import { killing, type Launched, launch } from './testing/launch.ts'

const readyLine = /^Running on https:\/\/(\S+):(\d+) \(CTRL \+ C to quit\)$/m

async function portOf(server: Launched): Promise<number> {
  const [, , port] = await server.saying(readyLine)
  return Number(port)
}

async function canConnect(port: number): Promise<boolean> {
  const connection = connect(port, '127.0.0.1')
  const connected = once(connection, 'connect').then(
    () => true,
    () => false,
  )
  return connected.finally(() => connection.destroy())
}

describe('standalone', function () {
  this.timeout(60_000)

  it('says where it runs and keeps things, ends at SIGTERM with 0, and gives the port back', async () => {
    const server = launch('--port', '0', '--host', '0.0.0.0')
    await using _ = killing(server)
    const [, host, port] = await server.saying(readyLine)
    equal(host, '0.0.0.0')
    equal(await canConnect(Number(port)), true)
    const [, workingDirectory = ''] = await server.saying(/"workingDirectory":"([^"]+)"/)
    const [, rootCertificate = ''] = await server.saying(/"rootCertificate":"([^"]+)"/)
    equal(existsSync(rootCertificate), true)
    server.process.kill('SIGTERM')
    equal(await server.ended, 0)
    equal(await canConnect(Number(port)), false)
    equal(existsSync(workingDirectory), false)
  })

  describe('once it runs', () => {
    let directory: Awaited<ReturnType<typeof directoryWithRoots>>
    let server: Launched
    let port: number
    before('starts it where an older version has left folders open', async () => {
      directory = await directoryWithRoots()
      await chmod(directory.path, 0o755)
      for (const name of ['uploads/1', 'journals/1', 'redis', 'streams'])
        await mkdir(join(directory.path, name), { recursive: true, mode: 0o755 })
      server = launch('--port', '0', '--working-directory', directory.path)
      port = await portOf(server)
    })
    after(async () => {
      await using _directory = directory
      await using _server = killing(server)
    })

    it('lets no other user read what it writes, and has closed what was open', async () => {
      const open: string[] = []
      for await (const path of glob('{*,redis/**,standalone/*,certs/*}', { cwd: directory.path }))
        if (((await stat(join(directory.path, path))).mode & 0o077) !== 0) open.push(path)
      // The roots' own folders lie in certs/, which no other user enters.
      deepEqual(
        open.filter((path) => !path.startsWith('certs/')),
        [],
      )
    })

    it('refuses a second start in the same working directory', async () => {
      const second = launch('--port', '0', '--working-directory', directory.path)
      equal(await second.ended, 1)
      match(second.said(), /the working directory .+ is in use by another push-av-server/)
      equal(await canConnect(port), true)
    })

    for (const name of ['proxy', 'ingest', 'redis'])
      it(`starts ${name} again when it dies, on the same port`, async () => {
        process.kill(processOf(name, server), 'SIGKILL')
        await server.saying(new RegExp(`process exited, restarting it.*"process":"${name}"`))
        await server.saying(new RegExp(`process restarted.*"process":"${name}"`))
        equal(await canConnect(port), true)
      })

    it('ends at SIGINT with 0', async () => {
      server.process.kill('SIGINT')
      equal(await server.ended, 0)
    })
  })

  it('hides a password in its arguments from other users, and advises against it', async () => {
    await using directory = await directoryWithRoots()
    const redis = 'redis://:s3cretpw@127.0.0.1:1'
    const server = launch('--port', '0', '--redis', redis, '--working-directory', directory.path)
    await using _ = killing(server)
    await server.saying(/other users can see the password of --redis/)
    const found: string[] = []
    for await (const pid of glob('[0-9]*', { cwd: '/proc' })) {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
      if (commandLine.includes('s3cretpw')) found.push(commandLine)
    }
    deepEqual(found, [])
    equal(server.said().includes('s3cretpw'), false)
  })

  it('starts on the same port after it was killed', async () => {
    await using directory = await directoryWithRoots()
    const first = launch('--port', '0', '--working-directory', directory.path)
    await using _ = killing(first)
    const port = await portOf(first)
    const sockets = await readFile(join(directory.path, 'standalone/sockets'), 'utf8')
    first.process.kill('SIGKILL')
    const second = launch('--port', String(port), '--working-directory', directory.path)
    await using __ = killing(second)
    equal(await portOf(second), port)
    equal(existsSync(sockets), false)
    second.process.kill('SIGTERM')
    equal(await second.ended, 0)
    equal(existsSync(join(directory.path, 'standalone/sockets')), false)
  })

  it('says that its port is in use', async () => {
    await using taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const server = launch('--port', String(port))
    equal(await server.ended, 1)
    match(server.said(), new RegExp(`^port ${port} is in use$`, 'm'))
  })

  it('says what is wrong with a working directory', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'file')
    await writeFile(file, '')
    const server = launch('--port', '0', '--working-directory', file)
    equal(await server.ended, 1)
    match(server.said(), /cannot use the working directory .+: a file is in the way/)
    await rejects(server.saying(readyLine))
  })

  it('answers a wrong flag with one sentence and 2', async () => {
    const server = launch('--port', 'abc')
    equal(await server.ended, 2)
    equal(server.said().split('\n').length, 1)
  })

  it('ends while it is still starting', async () => {
    const server = launch('--port', '0')
    await using _ = killing(server)
    await server.saying(/starting/)
    server.process.kill('SIGINT')
    equal(await server.ended, 0)
  })

  it('goes on when the reader of its output is gone', async () => {
    await using directory = await directoryWithRoots()
    const server = launch('--port', '0', '--working-directory', directory.path)
    await using _ = killing(server)
    const port = await portOf(server)
    server.process.stdout?.destroy()
    notEqual(await canConnect(port), false)
    server.process.kill('SIGTERM')
    equal(await server.ended, 0)
  })
})

/** From the log, where the supervisor names each process that it starts. */
function processOf(name: string, server: Launched): number {
  const [, id] =
    new RegExp(`process started .*"process":"${name}","processId":(\\d+)`).exec(server.said()) ?? []
  return Number(id)
}
