import type { OutgoingHttpHeaders } from 'node:http'
import { type Identity, makeDevice, makeStream } from '../../clients/curl.ts'
import { type Client, keepAlive, type Reply } from '../../clients/keep-alive.ts'
import type { Standalone } from '../../server/standalone.ts'
import { sharedServerOfSuite } from './server-of-suite.ts'

/** A cmaf-ingest stream of a test's own, and a device that pushes to it. */
export interface PublishingPoint {
  readonly server: Standalone
  readonly device: Identity
  readonly stream: string
  /** Its path on the server, without a slash at the end. */
  readonly path: string
  /** Sends a request below the publishing point; an empty path is the point itself. */
  send(method: string, path: string, body?: Buffer | string, headers?: OutgoingHttpHeaders): Promise<Reply>
  /** Uploads an object. Resolves with the codes of its findings. Throws when the response is not 202. */
  put(path: string, body: Buffer | string, headers?: OutgoingHttpHeaders): Promise<readonly string[]>
  get(path: string): Promise<Reply>
  /** The session of objects whose path names no session, in the API's JSON. */
  session(): Promise<ShownSession>
  /** All uploads in order, in the wire log's JSON. */
  log(): Promise<readonly LoggedUpload[]>
}

export interface ShownSession {
  readonly complete: boolean
  readonly phase: string
  readonly tracks: Readonly<Record<string, ShownTrack>>
}

interface ShownTrack {
  readonly state: string
  readonly segment_count: number
  /** Bits a second. */
  readonly bitrate?: number
}

interface LoggedUpload {
  readonly path: string
  readonly method: string
  readonly bytes: number
  readonly sha256: string
  readonly whole: boolean
  readonly kind: string
  readonly sender: { readonly headers: readonly (readonly [name: string, value: string])[] }
  readonly findings: readonly { readonly code: string }[]
}

/** One server for a suite and one publishing point for each of its tests; a receipt waits for its verdict. */
export function publishingPointOfSuite(env: NodeJS.ProcessEnv = {}): () => PublishingPoint {
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s', ...env })
  let device: Identity
  let client: Client
  let point: PublishingPoint | null = null
  before(async () => {
    device = await makeDevice(server(), 'cam')
    client = await keepAlive(server(), device, 16)
  })
  beforeEach(async () => {
    point = publishingPoint(server(), device, client, await makeStream(server()))
  })
  after(() => client[Symbol.dispose]())

  return () => {
    if (!point) throw new Error('the publishing point is there only during tests')
    return point
  }
}

/** The codes of the findings in a receipt. */
export const codesOf = ({ json }: Pick<Reply, 'json'>): readonly string[] =>
  json.findings.map(({ code }: { code: string }) => code)

/** A device and the stream that it pushes to. */
export function publishingPoint(
  server: Standalone,
  device: Identity,
  client: Client,
  stream: string,
): PublishingPoint {
  const path = `/streams/${stream}`
  const send: PublishingPoint['send'] = (method, object, ...rest) =>
    client.send(method, object === '' ? path : `${path}/${object}`, ...rest)
  return {
    server,
    device,
    stream,
    path,
    send,
    get: (object) => send('GET', object),
    async put(object, body, headers) {
      const reply = await send('PUT', object, body, headers)
      if (reply.status !== 202) throw new Error(`${object} is answered ${reply.status}: ${reply.body}`)
      return codesOf(reply)
    },
    session: async () => (await send('GET', '')).json.sessions.at(0),
    log: async () => (await send('GET', 'uploads')).json.uploads,
  }
}
