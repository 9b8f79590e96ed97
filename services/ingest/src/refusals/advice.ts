import type { RefusedClient } from './refusals.ts'

const giveRoot = "give it this server's root, certs/server/root.pem (GET /certs/server/root.pem?format=pem)"

/** What to do, by the code of a certificate fault, or of Node's or OpenSSL's error; the first that matches counts. */
const advices: readonly (readonly [code: RegExp, advice: string])[] = [
  [
    /^BROWSER_.*(ALERT|ECONNRESET|EPIPE|UNEXPECTED_EOF)/,
    'This is the port for browsers, and one that does not trust this server yet ends the handshake so; no device was refused. Go on past its warning, or import the root (page Certificates). A device must push to the other port.',
  ],
  [/^certificate-expired$/, 'Issue a new certificate for the device: POST /certs/<name>/sign with its CSR.'],
  [
    /^certificate-not-yet-valid$/,
    "Set the clocks: the device's certificate begins later than this server's clock says it is.",
  ],
  [/^certificate-revoked$/, 'Issue a new certificate for the device; this one was revoked here.'],
  [
    /^certificate-purpose$/,
    'Issue a certificate for TLS clients: its extended key usage must hold clientAuth.',
  ],
  [
    /^certificate-/,
    "Sign this device's CSR here (POST /certs/<name>/sign): only certificates that this server's device CA issued are accepted.",
  ],
  [
    /ALERT_CERTIFICATE_UNKNOWN/,
    `The client does not trust this server. Browsers say this: go on past the warning, or import the root (page Certificates). For a device: ${giveRoot}; its URL must use a name or address of the server's certificate.`,
  ],
  [
    /ALERT_UNKNOWN_CA|ALERT_BAD_CERTIFICATE|ALERT_CERTIFICATE_UNOBTAINABLE/,
    `The device does not trust this server: ${giveRoot}. Its URL must use a name or address of the server's certificate.`,
  ],
  [
    /ALERT_CERTIFICATE_EXPIRED/,
    "The device takes this server's certificate for expired: set the device's clock.",
  ],
  [
    /ALERT_UNSUPPORTED_CERTIFICATE|ALERT_DECRYPT_ERROR/,
    "The device cannot use this server's certificate: it must support ECDSA with P-256 and SHA-256.",
  ],
  [
    /PROTOCOL|VERSION_TOO_LOW|LEGACY|WRONG_VERSION/,
    'The device offers no TLS version of this server: it must speak TLS 1.2 or 1.3.',
  ],
  [
    /NO_SHARED_CIPHER|HANDSHAKE_FAILURE|NO_SUITABLE|NO_SHARED_GROUP/,
    'Device and server have no cipher suite, group or signature algorithm in common: allow an ECDHE suite with AES-GCM and P-256.',
  ],
  [
    /APPLICATION_PROTOCOL/,
    'The device offers no known protocol (ALPN): it must offer h2 or http/1.1, or send no ALPN extension.',
  ],
  [/HTTP_REQUEST|HTTPS_PROXY_REQUEST/, 'The device speaks plain HTTP: its URL must begin with https://.'],
  [
    /HANDSHAKE_TIMEOUT/,
    'The connection was opened and no handshake came. Browsers open connections in reserve and let them end: that is no fault. A device that does so does not speak TLS, or hangs.',
  ],
  [
    /ECONNRESET|EPIPE|UNEXPECTED_EOF|ETIMEDOUT|ENOTCONN/,
    `The connection ended during the handshake. Devices do that when they do not trust this server: ${giveRoot}.`,
  ],
  [
    /UNRECOGNIZED_NAME/,
    "The device asks for a name that this server does not have: use a name of the server's certificate.",
  ],
]

/** One sentence for the person who configures the device. */
export const adviceOn = ({ code }: Pick<RefusedClient, 'code'>): string =>
  advices.find(([pattern]) => pattern.test(code))?.[1] ??
  'Look up the reason in the manual of the TLS library of the device; the log of this server has all that is known.'

/** The words of an OpenSSL error without its file and numbers; other reasons as they are. */
export const plainReason = (reason: string): string =>
  /:SSL routines:[^:]*:([^:]+):/.exec(reason)?.[1] ?? reason.trim()
