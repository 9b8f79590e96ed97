import type { streamAccess, tokenMade, tokensResponse } from '@pushav/shared/api/access.ts'
import type {
  certificateFile,
  certificateProfile,
  certificateSummary,
  tlsTestsResponse,
} from '@pushav/shared/api/certificates.ts'
import type { device, refusal } from '@pushav/shared/api/devices.ts'
import type { deliveriesResponse, webhookMade, webhooksResponse } from '@pushav/shared/api/events/webhooks.ts'
import type { comparison } from '@pushav/shared/api/evidence/compare.ts'
import type { faultReaction, faultsResponse } from '@pushav/shared/api/lab/faults.ts'
import type { openedSession } from '@pushav/shared/api/sealed.ts'
import type { about, probesResponse, readiness } from '@pushav/shared/api/service.ts'
import type { inFlight, serverState, streamState } from '@pushav/shared/api/state.ts'
import type { reportResponse, sessionSummary, streamSummary } from '@pushav/shared/api/streams.ts'
import type {
  BoxResponse,
  boxesResponse,
  logRows,
  minutesResponse,
  rowsResponse,
  textResponse,
  uploadFacts,
} from '@pushav/shared/api/uploads.ts'

/** The type that a schema of the API describes. The schemas stay on the server; browsers use only their types. */
type Of<Schema extends { readonly _output: unknown }> = Schema['_output']

/** `GET /streams?summary=true` */
export type StreamSummary = Of<typeof streamSummary>
/** `GET /streams/{id}/events?as=state` */
export type StreamState = Of<typeof streamState>
/** `GET /faults/{id}` */
export type Faults = Of<typeof faultsResponse>
export type FaultRule = Faults['faults'][number]
export type FaultReaction = Of<typeof faultReaction>
/** `GET /events?as=state` */
export type ServerState = Of<typeof serverState>
export type SessionState = Of<typeof sessionSummary>
export type InFlight = Of<typeof inFlight>
/** `GET /streams/{id}/uploads?view=rows` */
export type RowsResponse = Of<typeof rowsResponse>
export type LogRows = Of<typeof logRows>
/** `GET /streams/{id}/uploads?view=minutes` */
export type MinutesResponse = Of<typeof minutesResponse>
/** `GET /uploads/{id}/{upload}/facts` */
export type UploadFacts = Of<typeof uploadFacts>
export type Finding = UploadFacts['findings'][number]
export type Severity = Finding['severity']
/** `GET /uploads/{id}/{upload}/boxes` */
export type BoxesResponse = Of<typeof boxesResponse>
export type Box = BoxResponse
/** `GET /uploads/{id}/{upload}/text` */
export type ManifestText = Of<typeof textResponse>
/** `GET /access/tokens` */
export type Tokens = Of<typeof tokensResponse>
/** `POST /access/tokens` */
export type NewToken = Of<typeof tokenMade>
/** `GET /access/streams/{id}` */
export type StreamAccess = Of<typeof streamAccess>
/** `GET /streams/{id}/report` */
export type Report = Of<typeof reportResponse>
export type ReportRow = Report['rules'][number]
/** `GET /compare` */
export type Comparison = Of<typeof comparison>
export type ComparisonRow = Comparison['rows'][number]
export type Device = Of<typeof device>
export type HandshakeRefusal = Of<typeof refusal>
/** `GET /certs?details=true` */
export type CertificateSummary = Of<typeof certificateSummary>
/** `GET /certs/{hierarchy}/{name}` */
export type Certificate = NonNullable<Of<typeof certificateFile>['cert']>
export type ProfileName = Of<typeof certificateProfile>
/** `GET /tls-tests` */
export type TlsTests = Of<typeof tlsTestsResponse>
export type TlsTest = TlsTests['tests'][number]
export type About = Of<typeof about>
export type Probes = Of<typeof probesResponse>
export type WebhookDeliveries = Of<typeof deliveriesResponse>
/** `POST /webhooks` */
export type NewWebhook = Of<typeof webhookMade>
export type Webhook = Of<typeof webhooksResponse>['webhooks'][number]
/** `POST /sealed/{id}/{session}` */
export type SealedSession = Of<typeof openedSession>
export type Readiness = Of<typeof readiness>

/** One upload of the wire log. */
export interface Row {
  /** Position in the stream's wire log, from 0. */
  readonly position: number
  readonly upload: string
  readonly path: string
  readonly kind: string
  /** When the server had read the request head, in milliseconds since 1970. */
  readonly startedAt: number
  /** Milliseconds from the request head to the last byte of the body. */
  readonly ms: number
  readonly bytes: number
  readonly session: string | null
  readonly track: string | null
  /** The worst severity of its findings; null without findings. */
  readonly worst: Severity | null
  /** Codes of its findings. */
  readonly codes: readonly string[]
  /** In units of `timescale`; null for what is not a segment. */
  readonly decodeTime: number | null
  /** In units of `timescale`; null for what is not a segment. */
  readonly duration: number | null
  /** Units a second. */
  readonly timescale: number | null
  readonly method: string
  readonly http: string
  readonly tls: string
  readonly status: number | null
  readonly device: string | null
  readonly address: string
  readonly probe: string | null
  readonly whole: boolean
  /** The upload id of the long request that this one is a part of; null for a request of its own. */
  readonly partOf: string | null
}
