import type { Logger } from '@pushav/shared/logger.ts'
import type { Request, Response } from 'express'
import type { RenewedCertificate } from '../../certificates/issue-certificate.ts'
import { Refusal } from '../../lib/refusal.ts'
import { idOfToken, type Tokens } from '../tokens.ts'
import { noteForAudit } from './audit-notes.ts'
import type { Client } from './client.ts'

/** How a certificate may be issued for a request. */
export interface IssueGrant {
  /** A valid certificate of another key under that name may be replaced, and a key that was made for it shown. */
  readonly mayReplace: boolean
  /** The certificate of a renewal; null for a token. */
  readonly renewed: RenewedCertificate | null
}

/**
 * Lets a client have a certificate of a name: with an enrolment token, for any name that the token is for; or with the
 * certificate of that name, for a CSR with the same key. Throws the refusals `enrolment-required`, `access-denied` and
 * `token-invalid`.
 */
export type Enrol = (
  request: Request,
  response: Response,
  client: Client,
  name: string,
) => Promise<IssueGrant>

interface EnrolDeps {
  readonly tokens: Pick<Tokens, 'redeem'>
  readonly log: Pick<Logger, 'warn'>
}

export function enrolWith({ tokens, log }: EnrolDeps): Enrol {
  return async function enrol(request, response, client, name) {
    const text = bearerTokenIn(request)
    if (text === null) return renewalOf(client, request, name)
    if (reservedNames.includes(name.toLowerCase()))
      throw new Refusal('access-denied', `the name "${name}" is not given to devices`)
    const { token, release } = await tokens.redeem(text, 'enrolment', name)
    // A request that fails, such as one with a malformed CSR, must not cost a token that may be used once.
    response.once('close', () => {
      if (response.statusCode >= 400) release().catch((error) => log.warn({ error }, 'a token stays used'))
    })
    noteForAudit(response, { token: idOfToken(token) })
    return { mayReplace: token.name !== null, renewed: null }
  }
}

const reservedNames = ['root', 'admin']

function renewalOf({ device }: Client, request: Request, name: string): IssueGrant {
  const isRenewal = device !== null && device.name === name && /\/sign\/?$/i.test(request.path)
  if (isRenewal) return { mayReplace: true, renewed: device }
  throw new Refusal(
    'enrolment-required',
    'a certificate takes an enrolment token (Authorization: Bearer …), or for a renewal the certificate of that ' +
      'name and a CSR for the same key',
  )
}

/** RFC 6750, 2.1. */
function bearerTokenIn({ headers }: Request): string | null {
  return /^Bearer ([\w-]{1,200})$/i.exec(headers.authorization ?? '')?.[1] ?? null
}
