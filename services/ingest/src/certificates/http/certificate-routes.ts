import type { IncomingMessage } from 'node:http'
import {
  bundleBody,
  certificatesQuery,
  keypairQuery,
  type ProfileName,
  revokeQuery,
  signQuery,
} from '@pushav/shared/api/certificates.ts'
import { handoverApplied } from '@pushav/shared/handover.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { json, type Request, type Response, Router, raw } from 'express'
import type { EndAdmin } from '../../access/end-admin.ts'
import { noteForAudit } from '../../access/http/audit-notes.ts'
import type { IssueGrant } from '../../access/http/enrol.ts'
import { assertFromProxy } from '../../http/authenticate.ts'
import { streamJson } from '../../http/json-response.ts'
import { warnOfMisspelt } from '../../http/parameters/misspelt-parameters.ts'
import { anyJson, parseBody, parseLooseQuery, parseQuery } from '../../http/parse-request.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { ProxyPorts } from '../../service/describe-server.ts'
import { asPages, mapPages } from '../../streams/pages.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import { adminName } from '../admin-certificate.ts'
import type { Hierarchy } from '../certificate.ts'
import { isSameName } from '../certificate-name.ts'
import type { ExportBundle } from '../export-bundle.ts'
import type { DeviceCertificate, IssueCertificate } from '../issue-certificate.ts'
import type { IssuedSince } from '../issued-since.ts'
import type { ListCertificates } from '../list-certificates.ts'
import type { DeviceJournalEntry } from '../ports.ts'
import type { ShowRevocationList } from '../revocation-list.ts'
import type { RevokeCertificate } from '../revoke-certificate.ts'
import type { ShowCertificates } from '../show-certificates.ts'
import {
  csrBodyOf,
  formatOf,
  parseKeyType,
  parseOverride,
  parseProfile,
  pemType,
  profileIn,
} from './certificate-requests.ts'
import {
  certificateFileResponse,
  certificateSummaryResponse,
  deviceCertificateResponse,
} from './certificate-response.ts'

interface CertificateRoutesDeps {
  readonly issue: IssueCertificate
  readonly show: ShowCertificates
  readonly revoke: RevokeCertificate
  readonly issuedSince: IssuedSince
  readonly list: ListCertificates
  readonly exportBundle: ExportBundle
  readonly showRevocationList: ShowRevocationList
  /** How a certificate may be issued for a request; null for any way. */
  readonly grantOf: (request: IncomingMessage) => IssueGrant | null
  /** When an upload came with a certificate, ISO 8601, by fingerprint. */
  readonly lastSeen: (fingerprints: readonly string[]) => Promise<ReadonlyMap<string, string>>
  readonly endAdmin: EndAdmin
  /** Makes, among others, an admin's certificate where there is no valid one. Never throws. */
  readonly check: () => Promise<void>
  readonly onHandoverApplied: (proxy: string, version: string) => void
  /** Called when a proxy reports where it listens. */
  readonly onProxyPorts: (ports: ProxyPorts) => void
  readonly pathOf: (hierarchy: Hierarchy, file: string) => string
  /** Serial number and fingerprint of a certificate, for the audit log. */
  readonly identify: (certificate: string) => { readonly serial: string; readonly fingerprint: string }
}

type NameParams = { name: string }
type FileParams = { hierarchy: string; file: string }

/** A CSR of 16 KiB still fits when JSON escapes double it. */
const maxBodySize = '64kb'
const namesPerPage = 500
/** Certificates that go on after the admin, in one response. */
const maxLeft = 100

/** The routes of the reference's clients. A CSR is recognised in a body of any content type. */
export function certificateRoutes(deps: CertificateRoutesDeps, log: Logger): Router {
  const { issue, show, revoke, issuedSince, pathOf, onHandoverApplied, exportBundle, grantOf } = deps
  const { showRevocationList } = deps
  const router = Router()
  router.get('/certs', warnOfMisspelt(certificatesQuery, log), list)
  router.get('/certs/device/:name/bundle.p12', async (request: Request<NameParams>, response) => {
    const { password } = parseQuery(bundleBody, request.query)
    sendBundle(response, request.params.name, await exportBundle(request.params.name, password))
  })
  router.post(
    '/certs/device/:name/bundle.p12',
    sendContinue,
    anyJson(),
    async (request: Request<NameParams>, response) => {
      const { password } = parseBody(bundleBody, request.body)
      sendBundle(response, request.params.name, await exportBundle(request.params.name, password))
    },
  )
  router.get('/certs/device/crl.pem', showCrl)
  router.get('/certs/:hierarchy/:file', showOne)
  router.post(
    '/certs/:name/keypair',
    sendContinue,
    raw({ type: () => true, limit: maxBodySize }),
    warnOfMisspelt(keypairQuery, log),
    makeKeyPair,
  )
  router.post(
    '/certs/:name/sign',
    sendContinue,
    raw({ type: () => true, limit: maxBodySize }),
    warnOfMisspelt(signQuery, log),
    sign,
  )
  router.post('/certs/:name/revoke', sendContinue, revokeAll)
  router.post('/events/handover-applied', sendContinue, json(), noteHandover)
  return router

  function noteHandover(request: Request, response: Response): void {
    assertFromProxy(request)
    const report = parseBody(handoverApplied, request.body)
    const { proxy, version, port, ui_port: uiPort, is_loopback: isLoopback, tls_tests: tlsTests } = report
    deps.onProxyPorts({ port, uiPort, isLoopback, tlsTests })
    onHandoverApplied(proxy, version)
    response.status(204).end()
  }

  async function list(request: Request, response: Response): Promise<void> {
    const { details } = parseLooseQuery(certificatesQuery, request.query)
    if (details === 'false') return listNames(response)
    const certificates = await deps.list()
    const lastSeen = await deps.lastSeen(certificates.map(({ certificate }) => certificate.fingerprint))
    const pages = mapPages(asPages(certificates, namesPerPage), (one) =>
      certificateSummaryResponse(one, lastSeen),
    )
    await streamJson(response, { certificates: pages })
  }

  async function listNames(response: Response): Promise<void> {
    const { server, device } = await show.list()
    await streamJson(response, {
      server: asPages(server, namesPerPage),
      device: asPages(device, namesPerPage),
    })
  }

  async function showOne(request: Request<FileParams>, response: Response): Promise<void> {
    const { hierarchy, file } = request.params
    response.set('Cache-Control', 'no-store').vary('Accept')
    const format = formatOf(request)
    if (format === null) return void response.json(certificateFileResponse(await show.show(hierarchy, file)))
    const content = format === 'pem' ? await show.pem(hierarchy, file) : await show.der(hierarchy, file)
    response.type(typeof content === 'string' ? pemType : derTypeOf(file)).send(content)
  }

  async function showCrl(request: Request<never>, response: Response): Promise<void> {
    const der = Buffer.from(await showRevocationList())
    if (formatOf(request) === 'der') response.type('application/pkix-crl').send(der)
    else response.type(pemType).send(pemOf('X509 CRL', der))
  }

  async function makeKeyPair(request: Request<NameParams>, response: Response): Promise<void> {
    const { params, query, body } = request
    const profile = parseProfile(query.profile ?? profileIn(body))
    const mayShowKey = grantOf(request)?.mayReplace ?? true
    const options = { override: overrideFor(request), profile, type: parseKeyType(query.type), mayShowKey }
    respond(params.name, await issue.keyPair(params.name, options), profile, response)
  }

  async function sign(request: Request<NameParams>, response: Response): Promise<void> {
    const { params, query, body } = request
    const { csr, profile: named } = csrBodyOf(body)
    const profile = parseProfile(query.profile ?? named)
    const renewed = grantOf(request)?.renewed ?? null
    const issued = await issue.sign(params.name, csr, { override: overrideFor(request), profile, renewed })
    respond(params.name, issued, profile, response)
  }

  /** A token for any name must not take the name of a device that has it. */
  function overrideFor(request: Request<NameParams>): boolean {
    return parseOverride(request.query.override) && (grantOf(request)?.mayReplace ?? true)
  }

  async function revokeAll(request: Request<NameParams>, response: Response): Promise<void> {
    const { name } = request.params
    const { issued_since: since } = parseQuery(revokeQuery, request.query)
    if (isSameName(name, adminName)) return revokeAdmin(name, since ? new Date(since) : null, response)
    if (since !== undefined)
      throw new Refusal('request-malformed', 'issued_since is for POST /certs/admin/revoke alone')
    const { revoked, acknowledged } = await revoke(name)
    noteForAudit(response, { serials: revoked.join(' '), acknowledged })
    log.info({ certificate: name, revoked, acknowledged }, 'certificate revoked')
    response.json(revocationResponse(name, revoked, acknowledged, {}))
  }

  /**
   * Revokes the admin's certificate, and ends tokens and sign-ins (`EndAdmin`). Certificates of devices stay valid unless
   * they were issued since a time. The owner of the server finds a new certificate in the admin's file.
   */
  async function revokeAdmin(name: string, since: Date | null, response: Response): Promise<void> {
    const { revoked, acknowledged: isFirst } = await revoke(name)
    const ended = await deps.endAdmin()
    const others = since && (await issuedSince.revoke(since))
    await deps.check()
    const left = await issuedSince.listValid(new Date(0))
    const acknowledged = others?.acknowledged ?? isFirst
    const endings = { tokens_ended: ended.tokens, sign_ins_ended: ended.sessions }
    noteForAudit(response, {
      serials: revoked.join(' '),
      acknowledged,
      ...endings,
      ...(others && {
        issued_since: since.toISOString(),
        issued_revoked: others.revoked.map((one) => `${one.name}:${one.serial}`).join(' '),
      }),
      issued_left: left.length,
    })
    const counts = { issuedRevoked: others?.revoked.length ?? 0, issuedLeft: left.length }
    log.info({ certificate: name, revoked, acknowledged, ...endings, ...counts }, 'certificate revoked')
    const more = {
      ...endings,
      ...(others && { issued_revoked: others.revoked.map(issuedResponse) }),
      issued_left: left.length,
      newest_left: left.slice(0, maxLeft).map(issuedResponse),
    }
    response.json(revocationResponse(name, revoked, acknowledged, more))
  }

  function respond(
    name: string,
    issued: DeviceCertificate,
    profile: ProfileName | null,
    response: Response,
  ): void {
    const made = issued.key === null ? 'certificate' : 'key pair'
    const { created, certificate } = issued
    noteForAudit(response, { made, created, ...(profile ? { profile } : {}), ...deps.identify(certificate) })
    if (issued.created)
      log.info({ certificate: name, made, ...(profile ? { profile } : {}) }, 'certificate issued')
    const paths = { key: pathOf('device', `${name}.key`), certificate: pathOf('device', `${name}.pem`) }
    response.set('Cache-Control', 'no-store').json(deviceCertificateResponse(issued, paths, profile))
  }
}

function sendBundle(response: Response, name: string, bundle: Buffer): void {
  response
    .set('Cache-Control', 'no-store')
    .attachment(`${name}.p12`)
    .type('application/x-pkcs12')
    .send(bundle)
}

const issuedResponse = ({ name, serial, at }: DeviceJournalEntry) => ({
  name,
  serial: `0x${serial}`,
  issued_at: at,
})

const revocationResponse = (
  name: string,
  serials: readonly string[],
  acknowledged: boolean,
  more: object,
) => ({
  name,
  revoked: serials.map((serial) => `0x${serial}`),
  acknowledged,
  ...more,
  ...(acknowledged ? {} : { detail: unacknowledged }),
})

const unacknowledged =
  'revoked, but not every proxy has confirmed yet that it refuses the certificates; ask again to see whether they have'

/** RFC 7468. */
const pemOf = (label: string, der: Buffer): string => {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
const derTypeOf = (file: string) => (file.endsWith('.key') ? 'application/pkcs8' : 'application/pkix-cert')
