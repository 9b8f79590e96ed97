import { deepEqual, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { curl } from '../clients/curl.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { browserOfSuite } from './support/browser-of-suite.ts'

describe('the page of webhooks', function () {
  this.timeout(60_000)
  const serverOf = serverOfSuite([], { WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_RETRY: '1d' })
  const browserOf = browserOfSuite(serverOf)

  it('makes one, sends it a test event, shows what came of it, and removes it', async () => {
    const statuses = [500, 204]
    const target = createServer((_request, response) => response.writeHead(statuses.shift() ?? 204).end())
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    const host = `127.0.0.1:${(target.address() as AddressInfo).port}`
    const page = await browserOf().open('/ui/webhooks')
    await page.getByText('There is no webhook yet.').waitFor()

    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('URL').fill(`http://${host}/hook?<b>`)
    await page.getByLabel('a device was refused').uncheck()
    await page.getByRole('button', { name: 'Make' }).click()
    match((await page.locator('.secret').textContent()) ?? '', /^whsec_[\w+/]{43}=$/)
    await page.getByRole('button', { name: 'Close' }).click()

    const item = page.getByRole('article')
    await item.getByText('expectations-met').waitFor()
    deepEqual(await item.getByText('handshake-refused').count(), 0)
    const sendTest = item.getByRole('button', { name: 'Send a test event' })
    await sendTest.click()
    await item.getByText('the target responded 500').waitFor()
    await sendTest.click()
    await item.getByRole('cell', { name: 'delivered', exact: true }).waitFor()

    await item.getByRole('button', { name: 'Remove' }).click()
    await page.getByLabel(`Type ${host}`).fill(host)
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('There is no webhook yet.').waitFor()
    deepEqual(JSON.parse((await curl(serverOf(), '/webhooks')).text), { webhooks: [] })
    target.closeAllConnections()
    target.close()
  })
})
