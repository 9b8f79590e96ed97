/** The stream that a client pushes to, and the files that it needs. */
export interface Target {
  /** Host name or address, as in the server's certificate. */
  readonly host: string
  readonly port: number
  readonly stream: number
  readonly interface: string
  /** Paths of files for the client's command line. */
  readonly root: string
  readonly certificate: string
  readonly key: string
}

/** A program that pushes media, with its command lines. */
export interface Client {
  readonly id: string
  readonly label: string
  /** What the reader should know before. */
  readonly note: string
  /** Lines for a shell, one block each. */
  readonly blocks: readonly string[]
}

/** `https://host:port`, with brackets around an IPv6 address. */
export const originOf = ({ host, port }: Pick<Target, 'host' | 'port'>): string =>
  `https://${host.includes(':') ? `[${host}]` : host}:${port}`

/** URL of the publishing point, without a slash at its end. */
export const urlOf = (target: Target): string => `${originOf(target)}/streams/${target.stream}`
