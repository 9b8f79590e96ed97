import { match, notEqual } from 'node:assert/strict'
import { adviceOn } from './advice.ts'

describe('the advice on a refused client', () => {
  const alert = 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN'

  it('speaks of the browser where its port was asked, and of both where it may be either', () => {
    match(adviceOn({ code: `BROWSER_${alert}` }), /^This is the port for browsers.* no device was refused/)
    match(adviceOn({ code: alert }), /^The client does not trust this server\. Browsers say this/)
  })

  it('speaks of the device where its certificate is refused or its library gives up', () => {
    match(adviceOn({ code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' }), /^The device does not trust this server/)
    match(adviceOn({ code: 'certificate-untrusted' }), /^Sign this device's CSR here/)
    notEqual(adviceOn({ code: 'certificate-revoked' }), adviceOn({ code: 'certificate-untrusted' }))
  })

  it('has a sentence for what it does not know', () => {
    match(adviceOn({ code: 'E_NEW' }), /^Look up the reason/)
  })
})
