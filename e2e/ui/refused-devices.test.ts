import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { as, curl, makeStream } from '../clients/curl.ts'
import { mustRun } from '../server/run.ts'
import { sharedServerOfSuite } from '../support/suite/server-of-suite.ts'
import { sharedBrowserOfSuite } from './support/browser-of-suite.ts'

describe('a device that is refused', function () {
  this.timeout(60_000)
  const serverOf = sharedServerOfSuite()
  const browserOf = sharedBrowserOfSuite(serverOf)

  it('appears with what to do: among the devices, above the streams, and where it is waited for', async () => {
    await using directory = await temporaryDirectory()
    const [key, cert] = ['cam.key', 'cam.pem'].map((name) => join(directory.path, name)) as [string, string]
    const subject = '/O=Acme<b>/CN=cam-0001'
    await mustRun('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      subject,
      '-keyout',
      key,
      '-out',
      cert,
    ])
    const stream = await makeStream(serverOf())
    const waiting = await browserOf().open(`/ui/connect?stream=${stream}`)
    await waiting.getByText(`waiting for the first byte to stream ${stream}`).waitFor()
    const streams = await browserOf().open('/ui/streams')
    await streams.locator('.card').first().waitFor()

    await curl(serverOf(), `/streams/${stream}/a.m4s`, [...as({ cert, key }), '-T', '-'], 'x')

    await waiting.locator('.waiting.bad', { hasText: 'What to do' }).waitFor()
    await streams.locator('.notice', { hasText: 'refused in the last 10 min' }).waitFor()
    await streams.getByRole('link', { name: '→ Devices' }).click()
    const refusal = streams.getByRole('region', { name: 'Refused handshakes' })
    await refusal.getByText('cam-0001').first().waitFor()
    await refusal.getByText("Sign this device's CSR here").first().waitFor()
  })
})
