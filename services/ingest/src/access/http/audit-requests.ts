import type { Request, RequestHandler, Response } from 'express'
import type { WriteAudit } from '../../audit/audit.ts'
import { peerOf } from '../../http/authenticate.ts'
import { findRowIfDecodable } from '../find-row.ts'
import { notesOf } from './audit-notes.ts'
import { actorOf, type Client } from './client.ts'

/** Writes a line for each request that the table of access says to audit, when its response is over. */
export function auditRequests(audit: WriteAudit, clientOf: (request: Request) => Client): RequestHandler {
  return function auditRequest(request, response, next) {
    if (request.method !== 'GET' && request.method !== 'HEAD') writeWhenOver(request, response)
    next()
  }

  function writeWhenOver(request: Request, response: Response): void {
    const found = findRowIfDecodable(request.method, request.path)
    const event = found?.row.audit
    if (!found || event === undefined) return
    response.once('close', () => {
      const { statusCode: status } = response
      const peer = peerOf(request)
      audit({
        event,
        outcome: status < 400 ? 'ok' : 'failed',
        who: actorOf(clientOf(request), peer),
        address: peer.address,
        request: `${request.method} ${request.path}`,
        status,
        details: { ...found.params, ...notesOf(response) },
      })
    })
  }
}
