import type { AboutResponse } from '@pushav/shared/api/service.ts'
import type { TlsTestPorts } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { Config } from '../config.ts'
import type { Certificates } from '../open-certificates.ts'

/** The ports that a proxy reports; null where it has none, and before its first report. */
export interface ProxyPorts {
  readonly port: number | null
  readonly uiPort: number | null
  /** Whether only this machine reaches the proxy. */
  readonly isLoopback: boolean
  /** The ports for tests of TLS clients; null where they are off. */
  readonly tlsTests: TlsTestPorts | null
}

interface DescribeServerDeps {
  readonly version: string
  readonly config: Config
  readonly certificates: Pick<Certificates, 'show' | 'pathOf'>
  /** Read at each call, because a proxy reports them after this process has started. */
  readonly proxyPorts: () => ProxyPorts
  readonly startedAt: Date
}

/** What users ask of a server before they trust and use it. */
export function describeServerWith({
  version,
  config,
  certificates,
  proxyPorts,
  startedAt,
}: DescribeServerDeps): () => Promise<AboutResponse> {
  return async function describeServer() {
    const [leaf, root] = await Promise.all([
      certificates.show.show('server', 'localhost.pem'),
      certificates.show.show('server', 'root.pem'),
    ])
    const sans = leaf.kind === 'certificate' ? leaf.certificate.sans : []
    return {
      version,
      started_at: startedAt.toISOString(),
      names: sans.map((san) => san.slice(san.indexOf(':') + 1)),
      port: config.publicPort ?? proxyPorts().port,
      ui_port: config.uiPort === undefined ? proxyPorts().uiPort : config.uiPort || proxyPorts().uiPort,
      root: {
        fingerprint_sha256: root.kind === 'certificate' ? root.certificate.fingerprint : '',
        path: certificates.pathOf('server', 'root.pem'),
      },
      working_directory: config.workingDirectory,
      strict_default: config.strict,
      compat: config.compat,
      judge: config.judge,
      limits: { max_upload: config.maxUploadBytes, session_idle_ms: config.sessionIdleMs },
    }
  }
}
