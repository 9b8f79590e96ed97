import { request } from 'node:https'
import { duration, port, readSettings, text } from '@pushav/shared/settings.ts'

// A container's health check: exits with 0 when the proxy and an ingest behind it respond.
const settings = readSettings(process.env, (setting) => ({
  host: setting('HOST', text, 'localhost'),
  port: setting('PORT', port, '1234'),
  timeoutMs: setting('HEALTH_TIMEOUT', duration, '3s'),
}))

/** For hosts that a server can listen on but a client cannot name reliably: the loopback address to connect to. */
const loopbackOf = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
  ['localhost', '127.0.0.1'],
])
const check = request({
  host: loopbackOf.get(settings.host) ?? settings.host,
  port: settings.port,
  path: '/healthz',
  // The check asks whether the proxy responds, not whether its certificate is valid.
  rejectUnauthorized: false,
  agent: false,
})
const timer = setTimeout(() => check.destroy(new Error('no response in time')), settings.timeoutMs)
check.on('response', ({ statusCode }) => exit(statusCode === 200 ? 0 : 1, `/healthz: status ${statusCode}`))
check.on('error', (error) => exit(1, error.message))
check.end()

function exit(status: number, message: string): void {
  clearTimeout(timer)
  console.log(message)
  process.exit(status)
}
