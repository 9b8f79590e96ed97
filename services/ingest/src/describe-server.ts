import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AboutResponse } from '@pushav/shared/api/service.ts'
import type { TlsTestPorts } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { Config } from './config.ts'
import type { Certificates } from './open-certificates.ts'

/** Of this package; its file is there wherever its sources are. */
export const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string
}

/** Where a proxy says that it listens; null for nowhere, and until it has said so. */
export interface ProxyPorts {
  readonly port: number | null
  readonly uiPort: number | null
  /** Only this machine reaches it. */
  readonly isLoopback: boolean
  /** For tests of TLS clients; null where they are off. */
  readonly tlsTests: TlsTestPorts | null
}

/** What users ask of a server before they trust and use it. */
export function describeServerWith(
  config: Config,
  certificates: Pick<Certificates, 'show' | 'pathOf'>,
  proxyPorts: () => ProxyPorts,
  startedAt: Date,
): () => Promise<AboutResponse> {
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
