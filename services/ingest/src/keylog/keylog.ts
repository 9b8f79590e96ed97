import type { TlsSecret } from '@pushav/shared/api/evidence/keylog.ts'

/** The file of `KEYLOG`, in which the secrets of all TLS connections are. */
export interface Keylog {
  /** Resolves once the secrets are written, in the order of the calls. Never rejects: what fails is logged. */
  append(secrets: readonly TlsSecret[]): Promise<void>
  /** All lines, those of a connection behind the line that names it. Throws the system's error. */
  lines(): AsyncIterable<string>
}

/** The comment that names the connection of the lines that follow: `# connection 192.0.2.7 4711 2026-…Z`. */
export const connectionLine = ({ address, port, at }: TlsSecret): string =>
  `# connection ${address} ${port} ${at}`

/** Reads the comment that `connectionLine` makes; null for any other line. */
export function connectionIn(line: string): { readonly name: string; readonly atMs: number } | null {
  const [, address, port, at = ''] = /^# connection (\S+) (\d+) (\S+)$/.exec(line) ?? []
  return address === undefined ? null : { name: `${address} ${port}`, atMs: Date.parse(at) }
}
