import type { DeviceResponse } from '@pushav/shared/api/devices.ts'
import { Router } from 'express'
import type { Device, Devices } from '../read-devices.ts'

/** The devices that uploads came from. */
export function deviceRoutes(devices: Devices): Router {
  const router = Router()
  router.get('/devices', async (_request, response) => {
    const all = await devices.list()
    response.json({ devices: all.map(deviceResponse) })
  })
  router.get('/devices/:fingerprint', async (request, response) => {
    response.json(deviceResponse(await devices.get(request.params.fingerprint)))
  })
  return router
}

const maxAddresses = 16

function deviceResponse({ counts, streams, issuer, name, isRevoked }: Device): DeviceResponse {
  const { last } = counts
  const addresses = Object.entries(counts.addresses).sort(([, one], [, other]) => (one < other ? 1 : -1))
  return {
    fingerprint: counts.fingerprint,
    subject: last.subject,
    issuer,
    serial: last.serial,
    not_after: last.notAfter,
    name,
    first_seen: counts.firstSeen,
    last_seen: last.at,
    addresses: addresses.slice(0, maxAddresses).map(([address]) => address),
    streams: streams.map(Number),
    uploads: counts.uploads,
    bytes: counts.bytes,
    errors: counts.errors,
    http: last.http,
    tls: last.tls,
    user_agent: last.userAgent,
    revoked: isRevoked,
  }
}
