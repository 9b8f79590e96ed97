import type { IncomingMessage } from 'node:http'
import type { AccessRow } from '@pushav/shared/api/access.ts'
import type { Peer } from '@pushav/shared/identity.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { WriteAudit } from '../../audit/audit.ts'
import { assertFromProxy, peerOf } from '../../http/authenticate.ts'
import { Refusal, type RefusalCode } from '../../lib/refusal.ts'
import { callerOf, certificateRequired, refusalFor } from '../decide.ts'
import { type FoundRow, findRow, findRowIfDecodable } from '../find-row.ts'
import type { IdentifyDevice } from '../ports.ts'
import type { Sessions } from '../sessions.ts'
import type { StreamAccess } from '../stream-access.ts'
import type { Tokens } from '../tokens.ts'
import { actorOf, anonymousClient, type Client, clientOfDevice, identityOf } from './client.ts'
import { enrolWith, type IssueGrant } from './enrol.ts'
import { isFromOwnPage, sessionCookieIn } from './session-cookie.ts'
import { watchAccess } from './watch-access.ts'

const watchEveryMs = 1_000

interface AuthorizeDeps {
  readonly identify: IdentifyDevice
  readonly access: Pick<StreamAccess, 'of'>
  readonly sessions: Pick<Sessions, 'find'>
  readonly tokens: Pick<Tokens, 'redeem'>
  readonly audit: WriteAudit
  readonly log: Pick<Logger, 'warn'>
  /** Throws the refusal for a path or method that no route has. */
  readonly refuseUnrouted: (request: Request, response: Response) => void
}

interface UploadReview {
  readonly client: Client
  readonly refusal: Refusal | null
}

/** What AUTH=mtls puts between the proxy's requests and the routes. */
export interface Authorization {
  /** Refuses requests that the table of access does not allow. */
  readonly requireAccess: RequestHandler
  /**
   * Does what `requireAccess` does for an upload that goes around express: throws its refusals. Returns no promise where
   * nothing has to be read.
   */
  authorizeUpload(request: IncomingMessage, peer: Peer, stream: string): void | Promise<void>
  /** The sender of an upload, and the refusal that ends it by now; null where it may go on. */
  reviewUpload(request: IncomingMessage, peer: Peer, stream: string): Promise<UploadReview>
  /** The client that sent a request which has passed `requireAccess`. */
  clientOf(request: IncomingMessage): Client
  /** Null where an admin may do everything. */
  grantOf(request: IncomingMessage): IssueGrant | null
}

/** The table of access, held against each request. A request without a row is refused. */
export function authorizeWith(deps: AuthorizeDeps): Authorization {
  const { identify, access, sessions, audit, refuseUnrouted } = deps
  const enrol = enrolWith(deps)
  const uploadRow = rowOf('PUT', '/streams/1/x')
  // By request, because express hands routes the same object; an entry goes with its request.
  const clients = new WeakMap<IncomingMessage, Client>()
  const grants = new WeakMap<IncomingMessage, IssueGrant>()
  const watch = watchAccess(watchEveryMs)
  return {
    requireAccess: (request, response, next) => requireAccess(request, response, next),
    authorizeUpload,
    reviewUpload,
    clientOf: (request) => clients.get(request) ?? anonymousClient,
    grantOf: (request) => grants.get(request) ?? null,
  }

  async function requireAccess(request: Request, response: Response, next: NextFunction): Promise<void> {
    let client = anonymousClient
    try {
      client = await clientIn(request, peerOf(request))
      clients.set(request, client)
      const found = rowFor(request)
      if (!found) {
        if (client.identity.role === 'anonymous') throw certificateRequired()
        return refuseUnrouted(request, response)
      }
      await check(request, response, client, found)
      if (found.row.isEndless) watch(response, () => mayGoOn(request, found))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      auditRefusal(request, client, peerOf(request), error)
      if (isPageFor(request, client)) return response.redirect(303, signInPageFor(request))
      throw error
    }
    next()
  }

  async function mayGoOn(request: Request, { row, params }: FoundRow): Promise<boolean> {
    const client = await clientIn(request, peerOf(request))
    return (await decide(row, client, params.id)) === null
  }

  async function check(request: Request, response: Response, client: Client, found: FoundRow) {
    const { row, params } = found
    if (row.or === 'proxy') return assertFromProxy(request, 'access-denied')
    assertOwnPage(request, client)
    const refusal = await decide(row, client, params.id)
    if (!refusal) return
    if (row.or !== 'enrolment') throw refusal
    grants.set(request, await enrol(request, response, client, params.name ?? ''))
  }

  function authorizeUpload(request: IncomingMessage, peer: Peer, stream: string): void | Promise<void> {
    if (request.headers.cookie !== undefined || !peer.device) return authorizeSlowly(request, peer, stream)
    const known = access.of(stream)
    if (known instanceof Promise) return authorizeSlowly(request, peer, stream)
    const device = identify(peer.device)
    if (!device.isAccepted) return authorizeSlowly(request, peer, stream)
    const refusal = refusalFor(uploadRow, callerOf(identityOf(device), known))
    if (refusal) throw audited(request, clientOfDevice(device), peer, refusal)
  }

  async function reviewUpload(request: IncomingMessage, peer: Peer, stream: string): Promise<UploadReview> {
    const client = await clientIn(request, peer)
    return { client, refusal: await decide(uploadRow, client, stream) }
  }

  async function authorizeSlowly(request: IncomingMessage, peer: Peer, stream: string): Promise<void> {
    let client = anonymousClient
    try {
      client = await clientIn(request, peer)
      assertOwnPage(request, client)
      const refusal = await decide(uploadRow, client, stream)
      if (refusal) throw refusal
    } catch (error) {
      throw error instanceof Refusal ? audited(request, client, peer, error) : error
    }
  }

  async function decide(row: AccessRow, client: Client, stream: string | undefined): Promise<Refusal | null> {
    const needsGrants = client.identity.role === 'device' && stream !== undefined
    return refusalFor(row, callerOf(client.identity, needsGrants ? await access.of(stream) : null))
  }

  /** The session of a cookie counts before the certificate, since only a person's browser has one. */
  async function clientIn(request: IncomingMessage, { device }: Peer): Promise<Client> {
    const cookie = sessionCookieIn(request.headers)
    const session = cookie === null ? null : await sessions.find(cookie)
    if (session) return { identity: { role: session.role }, device: null, session }
    return device ? clientOfDevice(identify(device)) : anonymousClient
  }

  function auditRefusal(request: IncomingMessage, client: Client, peer: Peer, { code }: Refusal): void {
    if (!auditedCodes.includes(code)) return
    const path = (request.url ?? '').split('?', 1)[0]
    audit({
      event: 'refused',
      outcome: 'refused',
      who: actorOf(client, peer),
      address: peer.address,
      request: `${request.method} ${path}`,
      status: 403,
      code,
    })
  }

  function audited(request: IncomingMessage, client: Client, peer: Peer, refusal: Refusal): Refusal {
    auditRefusal(request, client, peer, refusal)
    return refusal
  }
}

/** Refusals for paths that no route has are not audited. */
const auditedCodes: readonly RefusalCode[] = [
  'certificate-required',
  'access-denied',
  'enrolment-required',
  'token-invalid',
  'cross-site',
]

/** The owner of a stream that a client creates: its key; null for admins only; undefined with AUTH=open. */
export const ownerFor =
  (authorization: Authorization | null) =>
  (request: IncomingMessage): string | null | undefined => {
    const identity = authorization?.clientOf(request).identity
    return identity && (identity.role === 'device' ? identity.key : null)
  }

/** Which streams a client may see: its own and those shared with it; undefined for all. */
export const visibleTo =
  (authorization: Authorization | null, access: Pick<StreamAccess, 'of'>) => (request: IncomingMessage) => {
    const identity = authorization?.clientOf(request).identity
    if (identity?.role !== 'device') return undefined
    return async (stream: string) => callerOf(identity, await access.of(stream)) !== 'stranger'
  }

/** A cookie comes with every request of a browser, also with those that a page of another site made it send. */
function assertOwnPage({ method = '', headers }: IncomingMessage, { session }: Client): void {
  if (!session || ['GET', 'HEAD'].includes(method) || isFromOwnPage(headers)) return
  throw new Refusal('cross-site', `only a page of this server may send ${method} with its cookie`)
}

function rowFor(request: Request): FoundRow | null {
  try {
    return findRow(request.method, request.path)
  } catch {
    throw new Refusal('request-malformed', 'the path is not valid percent-encoded UTF-8')
  }
}

function rowOf(method: string, path: string): AccessRow {
  const found = findRow(method, path)
  if (!found) throw new Error(`the table of access has no row for ${method} ${path}`)
  return found.row
}

const isPageFor = ({ method, path }: Request, { identity }: Client): boolean =>
  identity.role === 'anonymous' && findRowIfDecodable(method, path)?.row.isPage === true

const signInPageFor = ({ originalUrl }: Request): string =>
  `/ui/sign-in?next=${encodeURIComponent(originalUrl)}`
