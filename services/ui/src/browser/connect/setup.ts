import type { About, CertificateSummary, StreamSummary } from '../api/types.ts'
import { originOf, type Target } from './target.ts'

/** The reader's choices, which are in the URL of the page. */
export interface Setup {
  stream: number | null
  /** Host at which the camera reaches the server. */
  host: string
  /** Id of a client of `clientsFor`. */
  client: string
  /** Name of the camera's certificate. */
  identity: string
}

/** Facts from the server that the steps depend on. */
export interface ServerFacts {
  readonly about: About
  /** Device certificates; null when this reader may not see them. */
  readonly certificates: readonly CertificateSummary[] | null
  readonly streams: readonly StreamSummary[]
}

export function readSetup({ searchParams }: URL): Setup {
  return {
    stream: Number(searchParams.get('stream')) || null,
    host: searchParams.get('host') ?? location.hostname.replace(/^\[|\]$/g, ''),
    client: searchParams.get('client') ?? 'ffmpeg',
    identity: searchParams.get('identity') ?? 'dev',
  }
}

export function writeSetup({ stream, host, client, identity }: Setup): void {
  const page = new URL(location.href)
  for (const [name, value] of Object.entries({ stream, host, client, identity }))
    page.searchParams.set(name, String(value ?? ''))
  history.replaceState(null, '', page)
}

/** Whether the reader is on the server's machine. */
export const isHere = ({ host }: Setup): boolean => ['localhost', '127.0.0.1', '::1'].includes(host)

/** The origin at which devices reach the server, with the port of this page if the server does not know its own. */
export const deviceOrigin = ({ host }: Setup, { port }: About): string =>
  originOf({ host, port: portOf(port) })

const portOf = (port: number | null): number => port ?? Number(location.port || 443)

/** Paths of the files for a client: in the working directory on the server's machine, elsewhere as downloaded. */
export function filesOf(setup: Setup, about: About): Pick<Target, 'root' | 'certificate' | 'key'> {
  const directory = isHere(setup) ? about.working_directory : null
  const folder = directory ? `${directory}/certs` : null
  const device = folder ? `${folder}/device/${setup.identity}` : setup.identity
  return {
    root: folder ? `${folder}/server/root.pem` : 'root.pem',
    certificate: `${device}.pem`,
    key: `${device}.key`,
  }
}

/** What a client needs to push to the chosen stream; null when there is no such stream. */
export function targetOf(setup: Setup, { about, streams }: ServerFacts): Target | null {
  const found = streams.find(({ id }) => id === setup.stream)
  if (!found) return null
  const { id, interface: kind } = found
  return { host: setup.host, port: portOf(about.port), stream: id, interface: kind, ...filesOf(setup, about) }
}
