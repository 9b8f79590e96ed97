import type { Identity } from '../../clients/curl.ts'
import { mustRun } from '../../server/run.ts'
import type { Standalone } from '../../server/standalone.ts'

/** The requests that ffmpeg says it has made. */
export interface Requests {
  /** Sorted paths below the stream, each as often as ffmpeg uploaded it. */
  readonly uploads: readonly string[]
  readonly deletions: readonly string[]
}

/**
 * TLS options by ffmpeg's names. Without `send_expect_100`, ffmpeg loses the tail of a body. At its exit ffmpeg leaves
 * responses unread, so its kernel resets the connections and drops unsent bytes; with `tcp_nodelay` there are none.
 */
const tlsOptions = (server: Standalone, { cert, key }: Identity): Record<string, string> => ({
  cert_file: cert,
  key_file: key,
  ca_file: server.rootCertificate,
  tls_verify: '1',
  send_expect_100: '1',
  tcp_nodelay: '1',
})

/** ffmpeg's TLS options as arguments for an output. */
export const tlsArguments = (server: Standalone, device: Identity): string[] =>
  Object.entries(tlsOptions(server, device)).flatMap(([name, value]) => [`-${name}`, value])

/** ffmpeg's TLS options for muxers that open many URLs. */
export const tlsForMuxer = (
  server: Standalone,
  device: Identity,
  more: Record<string, string> = {},
): string =>
  Object.entries({ ...tlsOptions(server, device), ...more })
    .map(([name, value]) => `${name}=${value.replaceAll(':', '\\:')}`)
    .join(':')

/** Runs ffmpeg in real time to its end and returns the requests that it made to the stream. */
export async function push(stream: string, args: readonly string[]): Promise<Requests> {
  const { stderr } = await mustRun('ffmpeg', ['-nostdin', '-hide_banner', '-loglevel', 'debug', ...args])
  const begun = [...stderr.matchAll(/request: (PUT|POST|DELETE) \/streams\/(\d+)\/(\S+) HTTP/g)]
  const of = (methods: string[]) =>
    begun
      .filter(([, method = '', to]) => methods.includes(method) && to === stream)
      .map(([, , , path = '']) => path)
      .sort()
  return { uploads: of(['PUT', 'POST']), deletions: of(['DELETE']) }
}
