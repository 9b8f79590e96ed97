import { equal } from 'node:assert/strict'
import { as, curl, type Identity, makeDevice, makeStream } from '../clients/curl.ts'
import { sharedServerOfSuite } from '../support/suite/server-of-suite.ts'
import { sharedBrowserOfSuite } from './support/browser-of-suite.ts'

describe('the page of faults', function () {
  this.timeout(60_000)
  const serverOf = sharedServerOfSuite()
  const browserOf = sharedBrowserOfSuite(serverOf)
  let device: Identity
  before(async () => {
    device = await makeDevice(serverOf(), 'cam')
  })

  const put = (stream: string, name: string) =>
    curl(serverOf(), `/streams/${stream}/${name}`, [...as(device), '-T', '-'], 'x')

  it('runs a ready script, and shows and removes its rules', async () => {
    const stream = await makeStream(serverOf())
    const page = await browserOf().open(`/ui/faults/${stream}`)
    await page.getByRole('button', { name: 'Disk full' }).click()
    await page.getByRole('cell', { name: 'responded 507 before the body' }).waitFor()
    equal((await put(stream, 'a.m4s')).status, 507)
    await page.getByText('The camera did not retry; the object may still come.').waitFor()
    await page.getByRole('button', { name: 'Remove all' }).click()
    await page.getByText('None: the server is kind to this stream.').waitFor()
    equal((await put(stream, 'a.m4s')).status, 202)
    await page.getByText('✓ retried').waitFor()
  })

  it('makes a rule, and says why one is refused', async () => {
    const stream = await makeStream(serverOf())
    const page = await browserOf().open(`/ui/faults/${stream}`)
    await page.getByLabel('then').selectOption('refuse with 404')
    await page.getByLabel('n', { exact: true }).fill('2')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('cell', { name: 'number 2 of uploads' }).waitFor()
    equal((await put(stream, 'a.m4s')).status, 202)
    equal((await put(stream, 'b.m4s')).status, 404)
    await page.getByLabel('which').selectOption('percent')
    await page.getByLabel('n', { exact: true }).fill('101')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('when.probability must be at most 1').waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('None: the server is kind to this stream.').waitFor()
  })
})
