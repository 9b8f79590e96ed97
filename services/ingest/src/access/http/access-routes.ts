import {
  type AuthMode,
  shareBody,
  signInBody,
  type TokenResponse,
  tokenBody,
} from '@pushav/shared/api/access.ts'
import { type Request, type Response, Router } from 'express'
import { peerOf } from '../../http/authenticate.ts'
import { anyJson, parseBody } from '../../http/parse-request.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Streams } from '../../streams/streams.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { StoredToken, StreamGrants } from '../ports.ts'
import { type Sessions, sessionSeconds } from '../sessions.ts'
import type { StreamAccess } from '../stream-access.ts'
import { idOfToken, type Tokens } from '../tokens.ts'
import { noteForAudit } from './audit-notes.ts'
import type { Client } from './client.ts'
import { setSessionCookie } from './session-cookie.ts'

interface AccessRoutesDeps {
  readonly auth: AuthMode
  readonly tokens: Tokens
  readonly sessions: Sessions
  readonly access: StreamAccess
  readonly streams: Pick<Streams, 'assertExists'>
  readonly clientOf: (request: Request) => Client
  /** Whether a device certificate was revoked, by its serial number. */
  readonly isRevoked: (serial: string) => Promise<boolean>
  /** Hash of the public key of a device certificate, by its name; null for none. */
  readonly keyOfName: (name: string) => Promise<string | null>
  /** What the owner of this server should know and change. */
  readonly warnings: () => readonly string[]
}

type StreamRequest = Request<{ id: string }>
const jsonBody = anyJson('4kb')

/** Signing in, tokens, and to whom streams belong. */
export function accessRoutes(deps: AccessRoutesDeps): Router {
  const { auth, tokens, sessions, access, streams, clientOf, isRevoked, keyOfName, warnings } = deps
  const router = Router()
  router.get('/access', showOwnAccess)
  router.post('/access/sign-in', sendContinue, refuseIfOpen, jsonBody, signIn)
  router.post('/access/sign-out', sendContinue, refuseIfOpen, signOut)
  router.get('/access/tokens', refuseIfOpen, async (_request, response) => {
    response.json({ tokens: (await tokens.list()).map(tokenResponse) })
  })
  router.post('/access/tokens', sendContinue, refuseIfOpen, jsonBody, makeToken)
  router.delete(
    '/access/tokens/:token',
    refuseIfOpen,
    async (request: Request<{ token: string }>, response) => {
      const { token: id } = request.params
      await tokens.remove(id)
      response.json({ id, deleted: true })
    },
  )
  router.get('/access/streams/:id', refuseIfOpen, async ({ params: { id } }: StreamRequest, response) => {
    await streams.assertExists(id)
    response.json(grantsResponse(id, await access.of(id)))
  })
  router.post('/access/streams/:id', sendContinue, refuseIfOpen, jsonBody, share)
  router.delete(
    '/access/streams/:id/:key',
    refuseIfOpen,
    async ({ params: { id, key } }: Request<{ id: string; key: string }>, response) => {
      await streams.assertExists(id)
      response.json(grantsResponse(id, await access.unshare(id, key)))
    },
  )
  return router

  function showOwnAccess(request: Request, response: Response): void {
    const { identity, device, session } = clientOf(request)
    response.json({
      auth,
      role: auth === 'open' ? 'admin' : identity.role,
      name: session
        ? session.name
        : (device?.name ?? (device ? (peerOf(request).device?.subject ?? null) : null)),
      key: device?.key ?? null,
      expires_at: session?.expiresAt ?? null,
      warnings: warnings(),
    })
  }

  async function signIn(request: Request, response: Response): Promise<void> {
    const { token: text } = parseBody(signInBody, request.body)
    const { token } = await tokens.redeem(text, 'sign-in', null)
    const { cookie, session } = await sessions.begin(token.role ?? 'viewer', token.name)
    // The admin may have been revoked, with all tokens and sessions that were there then, since it was redeemed.
    if (!(await tokens.exists(token))) {
      await sessions.end(session)
      throw new Refusal('token-invalid', 'the token is not accepted: it has been deleted')
    }
    noteForAudit(response, { role: session.role, name: session.name })
    response.set('Set-Cookie', setSessionCookie(cookie, sessionSeconds))
    response.json({ role: session.role, name: session.name, expires_at: session.expiresAt })
  }

  async function signOut(request: Request, response: Response): Promise<void> {
    const { session } = clientOf(request)
    if (session) await sessions.end(session)
    response.set('Set-Cookie', setSessionCookie('', 0)).json({ signed_out: session !== null })
  }

  async function makeToken(request: Request, response: Response): Promise<void> {
    const { purpose, name = null, role, uses, expires_in: seconds } = parseBody(tokenBody, request.body)
    const { text, token } = await tokens.make({ purpose, name, role, uses, lifeMs: seconds * 1_000 })
    const made = tokenResponse({ ...token, used: 0 })
    if (await isAdminGone(clientOf(request))) {
      await tokens.remove(made.id)
      throw new Refusal('access-denied', 'the certificate or sign-in of this admin has been revoked')
    }
    noteForAudit(response, {
      token: made.id,
      purpose,
      name,
      role: made.role,
      uses,
      expires_at: token.expiresAt,
    })
    response.status(201).json({ ...made, token: text })
  }

  /** A revocation may have come since the request was let in. */
  async function isAdminGone({ session, device }: Client): Promise<boolean> {
    if (session) return !(await sessions.exists(session))
    return device !== null && (await isRevoked(device.serial))
  }

  async function share(request: StreamRequest, response: Response): Promise<void> {
    const { id } = request.params
    await streams.assertExists(id)
    const { key: wanted, name = null, owner } = parseBody(shareBody, request.body)
    if ((wanted === undefined) === (name === null))
      throw new Refusal('request-malformed', 'the body must have either key or name')
    const key = wanted ?? (await keyOfName(name ?? ''))
    if (key === null) throw new Refusal('certificate-unknown', `no device certificate is called ${name}`)
    if (owner && clientOf(request).identity.role !== 'admin')
      throw new Refusal('access-denied', 'only an admin gives a stream to another owner')
    noteForAudit(response, { key, name, owner })
    const grants = owner ? await access.setOwner(id, key) : await access.share(id, { key, name })
    response.json(grantsResponse(id, grants))
  }

  /** What is made while every client may do everything must not count later. */
  function refuseIfOpen(_request: Request<never>, _response: Response, next: () => void): void {
    if (auth === 'open')
      throw new Refusal('access-open', 'this server asks no client who it is; --auth mtls (AUTH=mtls) does')
    next()
  }
}

const grantsResponse = (stream: string, { owner, members }: StreamGrants) => ({
  stream_id: Number(stream),
  owner,
  shared_with: members,
})

/** A token without its text. */
const tokenResponse = (token: StoredToken & { readonly used: number }): TokenResponse => ({
  id: idOfToken(token),
  purpose: token.purpose,
  name: token.name,
  role: token.role,
  uses: token.uses,
  used: token.used,
  created_at: token.createdAt,
  expires_at: token.expiresAt,
})
