import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { printable } from '@pushav/shared/lib/printable.ts'
import { invocationDirectory } from '@pushav/shared/process/invocation-directory.ts'
import { CameraError, UsageError } from '../camera-error.ts'
import { openStream } from '../open-stream.ts'
import { makesStreams } from '../options.ts'
import { assertUsable, readPem } from '../read-pem.ts'
import { LostConnection, type Reply } from '../sending/transport.ts'
import { openDirectoryRecording } from './directory-recording.ts'
import type { SessionRecord } from './recording.ts'
import { openHttp1, openHttp2 } from './replay-connections.ts'
import { help, type ReplayOptions, readReplayOptions } from './replay-options.ts'
import { replayRecording } from './replay-recording.ts'
import type { ReplayConnection } from './replay-request.ts'
import { createReplaySummary } from './replay-summary.ts'
import { openZipRecording } from './zip-recording.ts'

const failed = 2

const directory = invocationDirectory(process.env, ['replay'])
const argv = process.argv.slice(2)
if (argv.includes('--help')) process.stdout.write(help)
else process.exitCode = await run().catch(failureCode)

async function run(): Promise<number> {
  const options = readReplayOptions(argv, directory)
  await using recording = await openRecording(options)
  if (recording.uploads.length === 0) throw new CameraError(`there is no upload to send in ${options.source}`)
  const { known, anonymous } = await readCredentials(options, recording)
  const { url, speed } = options
  const point = await pointOf(url, recording, openHttp1(url, known))
  const summary = createReplaySummary()
  await replayRecording(recording, point, speed, {
    connect: ({ httpVersion, hasCertificate }) =>
      (httpVersion === '2' && !options.isHttp1 ? openHttp2 : openHttp1)(
        url,
        hasCertificate ? known : anonymous,
      ),
    nowMs: () => performance.now(),
    sleep,
    report: summary.add,
  })
  const decoded = recording.uploads.filter(({ isDecoded }) => isDecoded).length
  const lines = [
    `${point}: ${summary.sent} uploads sent, ${summary.otherwise} of them with another status than recorded`,
    ...summary.lines(),
    ...(decoded > 0 ? [`${decoded} uploads were sent without the content coding that the record undid`] : []),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return summary.otherwise === 0 ? 0 : 1
}

async function openRecording({ source, stream, prefix }: ReplayOptions): Promise<SessionRecord> {
  const found = await stat(source).catch(() => null)
  if (!found) throw new CameraError(`there is no ${source}`)
  if (found.isDirectory()) return openDirectoryRecording(source, stream, prefix)
  if (stream !== null || prefix !== '')
    throw new UsageError('--stream and --prefix are for working directories')
  return openZipRecording(source)
}

/** Credentials for uploads that were sent with a client certificate, and for those that were sent without. */
async function readCredentials({ caFile, certFile, keyFile }: ReplayOptions, { uploads }: SessionRecord) {
  if (certFile === null && uploads.some(({ hasCertificate }) => hasCertificate))
    throw new UsageError('the recording was sent with a client certificate: --cert and --key must name one')
  const [ca, cert, key] = await Promise.all([
    caFile && readPem('--cacert', caFile),
    certFile && readPem('--cert', certFile),
    keyFile && readPem('--key', keyFile),
  ])
  const anonymous = { ...(ca && { ca }) }
  const known = { ...anonymous, ...(cert && key && { cert, key }) }
  assertUsable(known)
  return { anonymous, known }
}

/** The path of the publishing point. Creates a stream when the URL names none. */
async function pointOf(url: URL, recording: SessionRecord, connection: ReplayConnection): Promise<string> {
  if (!makesStreams(url)) return url.pathname.replace(/\/$/, '')
  try {
    const stream = { interface: recording.interface ?? 'cmaf-ingest' }
    return await openStream({ send }, url.pathname, stream, { delays: [], sleep, report: () => undefined })
  } finally {
    connection.close()
  }

  async function send({ method, path }: { readonly method: string; readonly path: string }): Promise<Reply> {
    const reply = await connection.send({
      method,
      path,
      headers: [],
      announcedBytes: 0,
      isCutOff: false,
      body: nothing(),
    })
    return reply ?? { status: 0, body: '' }
  }
}

async function* nothing(): AsyncIterable<Buffer> {}

function failureCode(error: unknown): number {
  if (!(error instanceof CameraError || error instanceof LostConnection)) throw error
  const advice = error instanceof UsageError ? '; --help names all flags' : ''
  process.stderr.write(`replay: ${printable(error.message)}${advice}\n`)
  return failed
}
