/** The recorded facts of an upload, which never change. Times are ISO 8601; headers are name and value in turn. */
interface UploadRecord {
  readonly id: string
  readonly path: string
  readonly method: string
  readonly startedAt: string
  readonly receivedAt: string
  readonly bytes: number
  readonly sha256: string
  readonly whole: boolean
  readonly sender: {
    readonly address: string
    readonly port: number
    readonly tlsVersion: string
    readonly cipher: string
    readonly alpn: string | null
    readonly httpVersion: string
    readonly headers: readonly string[]
    readonly device: { readonly fingerprint: string } | null
  }
}

/** A line of a list of digests, in the format of `sha256sum`. */
export const digestLine = (sha256: string, name: string): string => `${sha256}  ${name}\n`

/** The recorded facts of an upload as one line of JSON, whose bytes depend on the facts alone. */
export function factsLine({ sender, ...upload }: UploadRecord): string {
  const { id, path, method, startedAt, receivedAt, bytes, sha256, whole } = upload
  const { address, port, tlsVersion, cipher, alpn, httpVersion, headers, device } = sender
  const facts = [
    ...[id, path, method, startedAt, receivedAt, bytes, sha256, whole],
    ...[address, port, tlsVersion, cipher, alpn, httpVersion, headers, device?.fingerprint ?? null],
  ]
  return `${JSON.stringify(facts)}\n`
}
