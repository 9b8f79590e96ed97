import { isIP } from 'node:net'
import { TargetForbidden } from '../ports.ts'
import { isPublicAddress } from './public-address.ts'

/** Throws `TargetForbidden` for an address that is not of the public internet; `host` is what the URL names. */
export function assertPublic(address: string, host: string): void {
  if (isPublicAddress(address)) return
  const where = address === host ? address : `${host} is at ${address}, which`
  throw new TargetForbidden(
    `${where} is not an address of the public internet; WEBHOOK_ALLOW_PRIVATE allows it`,
  )
}

/** Throws `TargetForbidden` for a URL that names a forbidden IP address; a host name is looked up when it is connected to. */
export function assertPublicLiteral({ hostname }: URL): void {
  const host = hostname.replace(/^\[(.+)\]$/, '$1')
  if (isIP(host) !== 0) assertPublic(host, host)
}
