import { deepEqual } from 'node:assert/strict'
import { type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { hasPackager } from './support/devices/real-clients.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { ffmpegRecordings } from './support/recordings/ffmpeg.ts'
import { gstreamerRecordings, hasGstreamer } from './support/recordings/gstreamer.ts'
import { layoutRecordings } from './support/recordings/layouts.ts'
import { packagerRecordings } from './support/recordings/packager.ts'
import type { Recording } from './support/recordings/recording.ts'
import { logOf, type Row, untilValidated, violations } from './support/suite/report.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const recordings = [...ffmpegRecordings, ...packagerRecordings, ...gstreamerRecordings, ...layoutRecordings]

describe('recordings of real muxers and layouts of real cameras', function () {
  this.timeout(120_000)
  const server = serverOfSuite([], { VERDICT_WAIT: '20s' })
  const media = mediaOfSuite()
  const table: string[] = ['| recording | uploads | errors | warnings | notes |', '|---|---|---|---|---|']
  let device: Identity
  before(async () => {
    device = await makeDevice(server(), 'cam')
  })
  after(() => console.log(table.join('\n')))

  for (const recording of recordings) {
    it(`${recording.name}: every error and warning is explained`, async function () {
      const lacking = await lackingFor(recording)
      if (lacking !== null) {
        console.error(`######## SKIPPED: ${recording.name}: ${lacking} ########`)
        return this.skip()
      }
      const query = recording.interface ? `?interface=${recording.interface}` : ''
      const stream = await makeStream(server(), query)
      const made = await recording.push({ server: server(), device, media: media(), stream })
      await untilValidated(server(), stream, made)
      const rows = await violations(server(), stream)
      await tell(recording, stream, rows)
      const { explained = {} } = recording
      const severe = rows.filter(({ severity }) => severity !== 'note').map(({ code }) => code)
      deepEqual(severe.sort(), Object.keys(explained).sort())
    })
  }

  async function tell({ name, explained = {} }: Recording, stream: string, rows: readonly Row[]) {
    const log = await logOf(server(), stream)
    const listed = (wanted: string) =>
      rows
        .filter(({ severity }) => severity === wanted)
        .map(({ code, count }) => `${code} ×${count} (${explained[code] ?? `NOT EXPLAINED: ${first(code)}`})`)
        .join('; ') || 'none'
    const first = (code: string) => {
      const all = log.flatMap(({ path, findings }) => findings.map((finding) => ({ ...finding, path })))
      const found = all.find((finding) => finding.code === code)
      return found ? `${found.path}: ${found.message}` : ''
    }
    const notes = rows.filter(({ severity }) => severity === 'note').length
    table.push(`| ${name} | ${log.length} | ${listed('error')} | ${listed('warning')} | ${notes} |`)
  }
})

async function lackingFor({ name }: Recording): Promise<string | null> {
  if (name.startsWith('shaka') && !hasPackager()) return 'the packager is not installed'
  if (name.startsWith('GStreamer') && !(await hasGstreamer())) return 'GStreamer is not installed'
  return null
}
