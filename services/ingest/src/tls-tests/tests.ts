import type { TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'

/** One test of a TLS client: what the proxy shows, and what a correct client does. */
export interface TlsTest {
  readonly title: string
  readonly shows: string
  /**
   * `accept`: a correct client sends its requests; `refuse`: it ends the connection before the first one; `either`:
   * what it does says what it can, not whether it is correct; `retry`: it cannot do anything but try again.
   */
  readonly expects: 'accept' | 'refuse' | 'either' | 'retry'
  /** What a correct client does, in words. */
  readonly correct: string
  readonly rule: string
}

const certificate = 'Refuses the certificate and sends nothing.'
const time = 'RFC 5280, 6.1.3 (a) (2)'

export const tlsTests: Readonly<Record<TlsTestId, TlsTest>> = {
  good: {
    title: 'Nothing wrong',
    shows: 'a certificate of this server that is right in everything',
    expects: 'accept',
    correct: 'Connects and sends. A client that fails here fails the other tests for no reason of theirs.',
    rule: 'RFC 5280, 6.1',
  },
  'wrong-name': {
    title: 'Wrong host name',
    shows: 'a certificate for wrong-name.invalid alone',
    expects: 'refuse',
    correct: 'Refuses a certificate that does not name the host, or the IP address, of its URL.',
    rule: 'RFC 9110, 4.3.4; RFC 9525, 6',
  },
  expired: {
    title: 'Expired',
    shows: 'a certificate that ended a day ago',
    expects: 'refuse',
    correct: certificate,
    rule: time,
  },
  'not-yet-valid': {
    title: 'Not yet valid',
    shows: 'a certificate that begins in about a year',
    expects: 'refuse',
    correct: certificate,
    rule: time,
  },
  'self-signed': {
    title: 'Self-signed',
    shows: 'a certificate that its own key signed',
    expects: 'refuse',
    correct: certificate,
    rule: 'RFC 5280, 6.1.1 (d)',
  },
  'unknown-ca': {
    title: 'Unknown CA',
    shows: 'a certificate, with its root, of a CA that was made for this test',
    expects: 'refuse',
    correct: 'Refuses a chain that does not begin at a root which it was given, also when the root is sent.',
    rule: 'RFC 5280, 6.1.1 (d)',
  },
  'missing-intermediate': {
    title: 'Missing intermediate certificate',
    shows: 'a certificate of a CA below the root of this server, without the certificate of that CA',
    expects: 'refuse',
    correct: 'Refuses a certificate to which it can build no path.',
    rule: 'RFC 8446, 4.4.2; RFC 5280, 6.1',
  },
  'wrong-usage': {
    title: 'Wrong purpose',
    shows: 'a certificate for TLS clients alone (extended key usage clientAuth)',
    expects: 'refuse',
    correct: certificate,
    rule: 'RFC 5280, 4.2.1.12',
  },
  'tls13-only': {
    title: 'TLS 1.3 only',
    shows: 'no other version than TLS 1.3',
    expects: 'either',
    correct: 'Connects with TLS 1.3, or ends the connection; TLS 1.3 should be supported.',
    rule: 'RFC 9325, 3.1.1',
  },
  'tls12-only': {
    title: 'TLS 1.2 only',
    shows: 'no newer version than TLS 1.2',
    expects: 'accept',
    correct: 'Connects with TLS 1.2, which must be supported.',
    rule: 'RFC 9325, 3.1.1',
  },
  'tls11-only': {
    title: 'TLS 1.1 and 1.0 only',
    shows: 'versions that are forbidden, and so none in common with a correct client',
    expects: 'refuse',
    correct: 'Ends the connection: neither version may be negotiated.',
    rule: 'RFC 8996, 4 and 5',
  },
  'null-cipher': {
    title: 'No encryption',
    shows: 'cipher suites of TLS 1.2 without encryption, and so none in common with a correct client',
    expects: 'refuse',
    correct: 'Ends the connection: such suites must not be negotiated.',
    rule: 'RFC 9325, 4.1',
  },
  'cut-fin': {
    title: 'Closed in the handshake',
    shows: 'the end of the connection (FIN) behind the first message of the client',
    expects: 'retry',
    correct: 'Tries again later, some times, and goes on with its next object.',
    rule: 'RFC 8446, 6.1',
  },
  'cut-reset': {
    title: 'Reset in the handshake',
    shows: 'a reset (RST) behind the first message of the client',
    expects: 'retry',
    correct: 'Tries again later, some times, and goes on with its next object.',
    rule: 'RFC 9293, 3.5.3',
  },
}
