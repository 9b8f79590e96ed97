import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { mustRun } from './server/run.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const root = join(import.meta.dirname, '..')

/** The commands of the document that this server was made from, word for word. */
const commands = {
  keypair: 'curl --cacert ~/.pavstest/certs/server/root.pem -XPOST https://localhost:1234/certs/dev/keypair',
  stream:
    'curl --cacert ~/.pavstest/certs/server/root.pem --cert ~/.pavstest/certs/device/dev.pem --key ~/.pavstest/certs/device/dev.key -XPOST https://localhost:1234/streams',
  endpoint: 'export PUBLISHING_ENDPOINT=https://localhost:1234/streams/1',
  generate: './generate_cmaf_content.sh',
  list: 'curl -XGET --cacert ~/.pavstest/certs/server/root.pem https://localhost:1234/streams',
  probe:
    "curl --cacert ~/.pavstest/certs/server/root.pem -XGET 'https://localhost:1234/probe/1/cmaf/example/video-720p.cmfv'",
  csr: 'openssl req -new -newkey rsa:2048 -nodes -keyout client.key -out client.csr -subj "/CN=test"',
  escape: "sed '$!G' client.csr | paste -sd '\\\\n' - > client.curl.csr",
  sign: 'curl --cacert ~/.pavstest/certs/server/root.pem -XPOST \'https://localhost:1234/certs/my-device/sign\' -d "{\\"csr\\":\\"$(cat client.curl.csr)\\"}" --header "content-type: application/json"',
}

/** The script finds the certificates of the document's device in the home directory. */
const generate = (home: string, flags: string) =>
  `cd ${root}; export HOME=${home}; ${commands.endpoint}; ${commands.generate}${flags}`

interface Finding {
  readonly code: string
  readonly severity: string
  readonly message: string
}

const generated = 'cmaf/example/video-720p.cmfv'
const linesOf = (page: string): readonly string[] => readFileSync(join(root, page), 'utf8').split('\n')

describe('the walk-through of README.md', () => {
  it('has these commands', () => {
    const lines = linesOf('README.md')
    deepEqual(
      Object.values(commands).filter((command) => !lines.includes(`$ ${command}`)),
      [],
    )
  })
})

for (const flags of [[], ['--strict-mode']]) {
  describe(`the walk-through ${flags.join(' ')}`, function () {
    this.timeout(60_000)
    // A busy machine may need longer for a probe than the server waits by default.
    const server = serverOfSuite(flags, { PROBE_WAIT: '20s' })
    let folder: Awaited<ReturnType<typeof temporaryDirectory>>
    before(async () => {
      folder = await temporaryDirectory()
    })
    after(() => folder?.[Symbol.asyncDispose]())

    async function say(command: string): Promise<string> {
      const mine = command
        .replaceAll('~/.pavstest', server().workingDirectory)
        .replaceAll('https://localhost:1234', server().url)
      return String((await mustRun('bash', ['-c', mine], { cwd: folder.path })).stdout)
    }

    it('makes a device key and certificate and says where they are', async () => {
      const { key, cert } = JSON.parse(await say(commands.keypair))
      const files = join(server().workingDirectory, 'certs/device')
      deepEqual([key, cert], [join(files, 'dev.key'), join(files, 'dev.pem')])
    })

    it('makes stream 1 for the device', async () => {
      const stream = JSON.parse(await say(commands.stream))
      deepEqual([stream.stream_id, stream.strict_mode], [1, flags.length > 0])
      match(stream.creator, /^[0-9a-f]{64}$/)
    })

    it('takes the generated media', async () => {
      await symlink(server().workingDirectory, join(folder.path, '.pavstest'))
      // Once word for word, which takes 10 s.
      await say(generate(folder.path, flags.length > 0 ? '' : ' --seconds 3'))
    })

    it('has no error and no warning on the generated media', async () => {
      deepEqual(await flawsOf(1), [])
    })

    it('has none on the file that operations.md sends', async () => {
      const [line = ''] = linesOf('docs/operations.md').filter(
        (one) => one.startsWith('curl') && one.includes(' -T '),
      )
      await say(commands.stream)
      await say(`cp ~/.pavstest/certs/server/root.pem ~/.pavstest/certs/device/dev.* .`)
      await say(`curl --cacert root.pem https://localhost:1234/streams/1/${generated} -o video.cmfv`)
      await say(line.replace('/streams/1/', '/streams/2/'))
      deepEqual(await flawsOf(2), [])
    })

    async function flawsOf(stream: number): Promise<readonly string[]> {
      const get = 'curl --cacert ~/.pavstest/certs/server/root.pem'
      const log = JSON.parse(await say(`${get} https://localhost:1234/streams/${stream}/uploads?limit=1000`))
      ok(log.uploads.length > 1, JSON.stringify(log))
      const findings: Finding[] = log.uploads.flatMap((upload: { findings: Finding[] }) => upload.findings)
      return findings
        .filter(({ severity }) => severity !== 'note')
        .map(({ code, message }) => `${code}: ${message}`)
    }

    it('lists the stream and its files', async () => {
      const { streams } = JSON.parse(await say(commands.list))
      equal(streams.length, 2)
      const { valid_uploads, error_uploads } = streams[0]
      const paths = [...valid_uploads, ...error_uploads].map(({ file_path }) => file_path)
      ok(paths.includes('cmaf/example/video-720p.cmfv'), JSON.stringify(streams))
    })

    it('tells what ffprobe says of the uploaded media', async () => {
      const { streams, format } = JSON.parse(await say(commands.probe))
      const { codec_name, width, height } = streams[0]
      deepEqual([codec_name, width, height], ['h264', 1280, 720])
      equal(format.filename, 'cmaf/example/video-720p.cmfv')
    })

    it('signs a CSR whose newlines sed and paste made literal', async () => {
      await say(commands.csr)
      await say(commands.escape)
      const { key, cert } = JSON.parse(await say(commands.sign))
      deepEqual([key, cert], [null, join(server().workingDirectory, 'certs/device/my-device.pem')])
      const chain = `openssl verify -CAfile ~/.pavstest/certs/device/root.pem ${cert}`
      match(await say(chain), /my-device\.pem: OK/)
    })
  })
}
