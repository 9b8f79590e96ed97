/** What the shell of a page depends on. */
export interface Page {
  readonly title: string
  /** The page's module below `browser/pages/`, without `.ts`. */
  readonly module: string
  /** URL path of the page's entry in the navigation; null when it has none. */
  readonly navigation: string | null
}

export type PageName =
  | 'streams'
  | 'stream'
  | 'upload'
  | 'report'
  | 'compare'
  | 'faults'
  | 'devices'
  | 'certificates'
  | 'tlsTests'
  | 'connect'
  | 'service'
  | 'webhooks'
  | 'signIn'
  | 'access'
  | 'missing'

/** All pages. `missing` is for paths without a page. */
export const pages: Readonly<Record<PageName, Page>> = {
  streams: { title: 'Streams', module: 'streams', navigation: '/ui/streams' },
  stream: { title: 'Stream', module: 'stream', navigation: '/ui/streams' },
  upload: { title: 'Upload', module: 'upload', navigation: '/ui/streams' },
  report: { title: 'Report', module: 'report', navigation: '/ui/streams' },
  compare: { title: 'Compare', module: 'compare', navigation: '/ui/streams' },
  faults: { title: 'Faults', module: 'faults', navigation: '/ui/streams' },
  devices: { title: 'Devices', module: 'devices', navigation: '/ui/devices' },
  certificates: { title: 'Certificates', module: 'certificates', navigation: '/ui/certificates' },
  tlsTests: { title: 'TLS tests', module: 'tls-tests', navigation: '/ui/certificates' },
  connect: { title: 'Connect a camera', module: 'connect', navigation: '/ui/connect' },
  service: { title: 'Service', module: 'service', navigation: '/ui/service' },
  webhooks: { title: 'Webhooks', module: 'webhooks', navigation: '/ui/service' },
  access: { title: 'Access', module: 'access', navigation: null },
  signIn: { title: 'Sign in', module: 'sign-in', navigation: null },
  missing: { title: 'No such page', module: 'missing', navigation: null },
}
