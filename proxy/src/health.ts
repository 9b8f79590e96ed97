import { request } from 'node:https'
import { duration, port, readSettings, text } from '@pushav/shared/settings.ts'

// For a container's health check: exit status 0 when the proxy and ingest behind it answer.
const settings = readSettings(process.env, (setting) => ({
  host: setting('HOST', text, 'localhost'),
  port: setting('PORT', port, '1234'),
  timeoutMs: setting('HEALTH_TIMEOUT', duration, '3s'),
}))

const anywhere = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
  ['localhost', '127.0.0.1'],
])
const host = anywhere.get(settings.host) ?? settings.host
// Whether the proxy answers is the question here, not whether it is who it says.
const asked = request({
  host,
  port: settings.port,
  path: '/healthz',
  rejectUnauthorized: false,
  agent: false,
})
const timer = setTimeout(() => asked.destroy(new Error('no answer in time')), settings.timeoutMs)
asked.on('response', ({ statusCode }) => end(statusCode === 200 ? 0 : 1, `/healthz answered ${statusCode}`))
asked.on('error', (error) => end(1, error.message))
asked.end()

function end(status: number, words: string): void {
  clearTimeout(timer)
  console.log(words)
  process.exit(status)
}
