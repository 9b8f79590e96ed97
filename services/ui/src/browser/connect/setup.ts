import type { About, CertificateSummary, StreamSummary } from '../api/types.ts'
import { originOf, type Target } from './target.ts'

/** What the reader chose; it is in the address of the page. */
export interface Setup {
  stream: number | null
  /** Of the server, as the camera reaches it. */
  host: string
  /** Of `clientsFor`. */
  client: string
  /** Name of the camera's certificate. */
  identity: string
}

/** What the server says that the steps depend on. */
export interface ServerFacts {
  readonly about: About
  /** Null where this reader may not see them. */
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

/** Whether the reader is on the machine of the server. */
export const isHere = ({ host }: Setup): boolean => ['localhost', '127.0.0.1', '::1'].includes(host)

/** Where devices reach the server; where it does not know its port, that of this page. */
export const deviceOrigin = ({ host }: Setup, { port }: About): string =>
  originOf({ host, port: portOf(port) })

const portOf = (port: number | null): number => port ?? Number(location.port || 443)

/** On the machine of the server the files of the working directory serve; elsewhere those that were downloaded. */
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
