import { pageQuery } from '@pushav/shared/api/common.ts'
import type { DeviceResponse } from '@pushav/shared/api/devices.ts'
import { Router } from 'express'
import { z } from 'zod'
import { parseQuery } from '../../http/parse-request.ts'
import type { Device, Devices } from '../read-devices.ts'

/** The devices that uploads came from. */
export function deviceRoutes(devices: Devices): Router {
  const router = Router()
  router.get('/devices', async (request, response) => {
    const { cursor, limit } = parseQuery(z.object(pageQuery), request.query)
    const { devices: page, total, next } = await devices.list(cursor, limit)
    response.json({ devices: page.map(deviceResponse), total, next_cursor: next })
  })
  router.get('/devices/:fingerprint', async (request, response) => {
    response.json(deviceResponse(await devices.get(request.params.fingerprint)))
  })
  return router
}

function deviceResponse({ totals, issuer, name, isRevoked }: Device): DeviceResponse {
  const { fingerprint, uploads, errors, firstSeen, last, addresses, streams, streamCount } = totals
  return {
    fingerprint,
    subject: last.subject,
    issuer,
    serial: last.serial,
    not_after: last.notAfter,
    name,
    first_seen: firstSeen,
    last_seen: last.at,
    addresses: [...addresses],
    streams: streams.map(Number),
    stream_count: streamCount,
    uploads,
    errors,
    http: last.http,
    tls: last.tls,
    user_agent: last.userAgent,
    revoked: isRevoked,
  }
}
