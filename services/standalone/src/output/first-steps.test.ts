import { equal, match, ok } from 'node:assert/strict'
import { openAccessWarning } from '@pushav/shared/access-warning.ts'
import { firstSteps } from './first-steps.ts'

const options = { host: 'localhost', auth: 'open', keylog: null, workingDirectory: '/w' } as const
const ports = { port: 1234, uiPort: 1235 }
const access = { adminFile: '/w/certs/admin/admin.pem', enrolmentToken: 'enrol-me', signInToken: 'let-me-in' }
const warns = (lines: readonly string[]) => lines.some((line) => line.includes(openAccessWarning))

describe('firstSteps', () => {
  it('warns where every client may do everything and other machines reach the server', () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.7', 'server.example'])
      ok(warns(firstSteps({ ...options, host }, ports, '/w')), host)
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1'])
      equal(warns(firstSteps({ ...options, host }, ports, '/w')), false, host)
    equal(warns(firstSteps({ ...options, host: '0.0.0.0', auth: 'mtls' }, { ...ports, access }, '/w')), false)
  })

  it('names the admin certificate and the tokens where clients need them', () => {
    const text = firstSteps({ ...options, auth: 'mtls' }, { ...ports, access }, '/w').join('\n')
    match(text, /--cert '?\/w\/certs\/admin\/admin\.pem'? -XPOST/)
    match(text, /https:\/\/localhost:1235\/ui\/sign-in.*let-me-in$/m)
    match(text, /Bearer enrol-me$/m)
    equal(/Bearer|sign-in/.test(firstSteps(options, ports, '/w').join()), false)
  })
})
