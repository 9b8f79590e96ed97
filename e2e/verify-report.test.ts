import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type Ingest, ingestSuite } from '../services/ingest/src/testing/ingest.ts'
import { run } from './server/run.ts'

const root = join(import.meta.dirname, '..')
const script = join(root, 'services/standalone/src/verify-report/main.ts')
const init = Buffer.concat([ftyp, moov()])

describe('npm run verify-report', function () {
  this.timeout(60_000)
  const suite = ingestSuite()
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let zip: Buffer
  let report: Buffer
  beforeEach(async () => {
    directory = await temporaryDirectory()
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const [path, body] of [
      ['v/v.init', init],
      ['v/segment_1001.m4s', chunk({ sequence: 1_001 })],
      ['v/segment_1001.m4s', chunk({ sequence: 1_001, at: 9_000 })],
      ['v/a:b.txt', Buffer.from('text')],
    ] as const)
      await ingest.put(`/streams/1/session_1/${encodeURI(path)}`, body)
    report = await bytesOf(ingest, '/streams/1/report?session=1&evidence=true')
    zip = await bytesOf(ingest, '/export/1/1.zip')
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  it('finds a report on its export', async () => {
    const { code, output, complaint } = await verify(report, zip, ['--journals', suite.path()])
    equal(code, 0, output + complaint)
    match(
      output,
      /report\.json is on export\.zip: 4 uploads, 1 journal\nSHA-256 of the report: [0-9a-f]{64}\n/,
    )
    const extracted = await unzipped()
    equal((await verify(await readFile(join(extracted, 'report.json')), zip)).code, 0)
    const { code: sums, stderr } = await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], {
      cwd: extracted,
    })
    equal(sums, 0, stderr)
  })

  it('has in a report what sha256sum checks, in an export and in a working directory', async () => {
    const extracted = await writeZip(zip)
    const exported = JSON.parse(await readFile(join(extracted, 'report.json'), 'utf8'))
    equal(await checkSums(extracted, exported.evidence.digests, 'file'), 0)
    await appendFile(join(extracted, exported.evidence.digests[1].file), 'x')
    equal(await checkSums(extracted, exported.evidence.digests, 'file'), 1)
    const { digests } = JSON.parse(report.toString()).evidence
    equal(await checkSums(join(suite.path(), 'uploads/1'), digests, 'upload'), 0)
  })

  it('finds one changed byte, whatever it is in', async () => {
    const body = zip.indexOf(init)
    for (const [name, found, words] of [
      ['a body', body + 40, /the body of session_1\/v\/v\.init was changed/],
      ['a time', zip.indexOf('"received_at":"20') + 17, /paths, times, senders or headers of the uploads/],
      [
        'a path',
        zip.indexOf('session_1/v/segment_1001.m4s","method') + 24,
        /paths, times, senders or headers/,
      ],
      ['a digest', zip.indexOf('"sha256":"') + 10, /was changed\n.*the uploads are not those of the report/s],
      ['a count', zip.indexOf('"count": 1') + 9, /says something else than that of the export on/],
    ] as const) {
      const changed = Buffer.from(zip)
      // Another digit, or another byte of media.
      changed.writeUInt8(changed.readUInt8(found) ^ 1, found)
      const { code, output, complaint } = await verify(report, changed)
      equal(code, 1, `${name}: ${output}${complaint}`)
      match(output, words)
    }
  })

  it('finds a changed report, a report of another session and a changed journal', async () => {
    const text = report.toString()
    const met = await verify(Buffer.from(text.replace('"result":"violated"', '"result":"met"')), zip)
    equal(met.code, 1)
    match(met.output, /the report says something else than that of the export on [a-z-]+\n/)
    const other = await verify(Buffer.from(text.replace('"session":"1"', '"session":"2"')), zip)
    match(other.output, /the report is on stream 1, session 2, the export on stream 1, session 1/)
    const { digests } = JSON.parse(text).evidence
    const forged = await verify(Buffer.from(text.replaceAll(digests[1].sha256, '0'.repeat(64))), zip)
    equal(
      forged.output.split('\n')[1],
      `  the report has another digest of ${digests[1].path} (upload ${digests[1].upload})`,
    )
    const fewer = await verify(Buffer.from(text.replace('"uploads":4,', '"uploads":3,')), zip)
    match(fewer.output, /the report is on 3 uploads, the export has 4/)
    const journal = join(suite.path(), 'journals/1/one.ndjson')
    const lines = await readFile(journal)
    lines.writeUInt8(lines.readUInt8(60) ^ 1, 60)
    await writeFile(journal, lines)
    const changed = await verify(report, zip, ['--journals', suite.path()])
    equal(changed.code, 1)
    match(changed.output, /the journal .*journals\/1\/one\.ndjson was changed, or is missing/)
    equal((await verify(report, zip, ['--journals', directory.path])).code, 1)
  })

  it('says in words what it cannot check, and exits with 2', async () => {
    const plain = Buffer.from(JSON.stringify({ ...JSON.parse(report.toString()), evidence: undefined }))
    for (const [given, archive, words] of [
      [plain, zip, /report\.json has no evidence: ask for it with evidence=true/],
      [Buffer.from('{'), zip, /report\.json is no JSON/],
      [Buffer.from('{}'), zip, /report\.json is no report of push-av-server/],
      [report, Buffer.from('no zip'), /it is no zip/],
      [report, zip.subarray(0, -40), /it is (no zip|cut off)/],
    ] as const) {
      const { code, complaint } = await verify(given, archive)
      match(complaint, words)
      equal(code, 2)
    }
    for (const args of [[], ['one'], ['none.json', 'none.zip'], ['--all', 'a', 'b']])
      equal((await run('node', [script, ...args], { cwd: directory.path })).code, 2)
    match(String((await run('node', [script, '--help'])).stdout), /Exit code: 0 the report is on this export/)
  })

  async function verify(given: Buffer, archive: Buffer, args: readonly string[] = []) {
    await writeFile(join(directory.path, 'report.json'), given)
    await writeFile(join(directory.path, 'export.zip'), archive)
    const files = ['report.json', 'export.zip', ...args]
    const { code, stdout, stderr } = await run('node', [script, ...files], { cwd: directory.path })
    return { code, output: String(stdout), complaint: stderr }
  }

  async function writeZip(archive: Buffer): Promise<string> {
    await writeFile(join(directory.path, 'export.zip'), archive)
    return unzipped()
  }

  /** The exit code of sha256sum. */
  async function checkSums(
    cwd: string,
    digests: readonly Record<string, string>[],
    name: 'file' | 'upload',
  ): Promise<number | null> {
    const list = join(directory.path, 'list')
    await writeFile(list, digests.map((one) => `${one.sha256}  ${one[name]}\n`).join(''))
    return (await run('sha256sum', ['--check', '--strict', list], { cwd })).code
  }

  /** By another program's reading of the zip. */
  async function unzipped(): Promise<string> {
    const path = join(directory.path, 'extracted')
    await mkdir(path)
    const { code, stderr } = await run('python3', [
      '-m',
      'zipfile',
      '-e',
      join(directory.path, 'export.zip'),
      path,
    ])
    equal(code, 0, stderr)
    return path
  }
})

async function bytesOf(ingest: Ingest, path: string): Promise<Buffer> {
  const [response] = await once(ingest.begin('GET', path).end(), 'response')
  return Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>))
}
