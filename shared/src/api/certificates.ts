import { z } from 'zod'
import { tlsTestId } from '../tls-tests/tls-tests.ts'
import { sha256, time } from './common.ts'

const hierarchy = z.enum(['server', 'device'])

/** Kinds of unusual device certificates with which servers are tested. */
export const certificateProfile = z.enum([
  'expired',
  'not-yet-valid',
  'wrong-ca',
  'wrong-eku',
  'no-eku',
  'cn-only',
  'large',
  'intermediate',
  'rsa-2048',
  'rsa-3072',
  'ec-p256',
  'ec-p384',
])
export type ProfileName = z.infer<typeof certificateProfile>

export const certificateFiles = z.object({ server: z.array(z.string()), device: z.array(z.string()) })

/** One certificate in `GET /certs?details=true`. */
export const certificateSummary = z
  .object({
    hierarchy,
    name: z.string(),
    subject: z.string(),
    issuer: z.string(),
    serial: z.string(),
    not_before: time,
    not_after: time,
    fingerprint_sha256: sha256,
    key_type: z.string().describe('Such as `ec prime256v1` or `rsa 2048`'),
    has_key: z.boolean().describe('Whether the key can be downloaded'),
    revoked: z.boolean(),
    profile: certificateProfile.nullable().describe('With which it was issued; null for a usual one'),
    last_seen: time.nullable().describe('When an upload came with it'),
  })
  .meta({ id: 'CertificateSummary' })
export type CertificateSummaryResponse = z.infer<typeof certificateSummary>

export const certificatesQuery = z.object({ details: z.enum(['true', 'false']).default('false') })
export const certificatesResponse = z.union([
  certificateFiles,
  z.object({ certificates: z.array(certificateSummary) }),
])

/** A certificate with the field names of the reference server. */
export const certificate = z
  .object({
    public_cert: z.string(),
    serial_number: z.string(),
    not_valid_before: z.string(),
    not_valid_after: z.string(),
    issuer: z.string(),
    subject: z.string(),
    extensions: z.array(z.string()),
    fingerprint_sha256: sha256,
    sans: z.array(z.string()),
  })
  .meta({ id: 'Certificate' })

export const certificateFile = z
  .object({
    type: z.enum(['cert', 'key']),
    cert: certificate.nullable(),
    key: z.object({ key_size: z.number().int(), private_key: z.string(), public_key: z.string() }).nullable(),
  })
  .meta({ id: 'CertificateFile' })

const profile = z
  .object({
    name: certificateProfile,
    shows: z.string().describe('What the certificate is like'),
    correct_server: z.enum(['accepts', 'refuses', 'either']),
    this_server: z.enum(['accepts', 'refuses']),
    code: z.string().nullable().describe('Of the refusal'),
    rule: z.string().describe('By which a server decides'),
    detail: z.string(),
  })
  .meta({ id: 'CertificateProfile' })
export type ProfileResponse = z.infer<typeof profile>

export const issuedCertificate = z
  .object({
    key: z.string().nullable().describe('Path on the server'),
    cert: z.string().describe('Path on the server'),
    created: z.boolean(),
    key_pem: z.string().optional(),
    cert_pem: z.string(),
    profile: profile.optional().describe('Where one was asked for'),
  })
  .meta({ id: 'IssuedCertificate' })

const override = z.string().optional().describe('`false` returns a valid existing certificate')
const namedProfile = certificateProfile
  .optional()
  .describe('For a certificate that servers should be tested with; in the query or in the body')
export const keypairQuery = z.object({
  override,
  type: z.enum(['ec', 'rsa']).optional(),
  profile: namedProfile,
})
export const keypairBody = z.object({ profile: namedProfile })
export const signQuery = z.object({ override, profile: namedProfile })
export const signBody = z.object({ csr: z.string().describe('PEM'), profile: namedProfile })
const issuedCertificateName = z.object({ name: z.string(), serial: z.string(), issued_at: time })
export const revokeQuery = z.object({
  issued_since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('For `admin`: revokes each device certificate that was issued from then on, too'),
})
export const revoked = z.object({
  name: z.string(),
  revoked: z.array(z.string()),
  acknowledged: z.boolean().describe('Every proxy refuses them'),
  tokens_ended: z.number().int().optional().describe('Tokens that ended with the admin'),
  sign_ins_ended: z.number().int().optional().describe('Sign-ins that ended with the admin'),
  issued_revoked: z
    .array(issuedCertificateName)
    .optional()
    .describe('With `issued_since`: the device certificates that were revoked with the admin, newest first'),
  issued_left: z.number().int().optional().describe('For `admin`: how many device certificates stay valid'),
  newest_left: z.array(issuedCertificateName).optional().describe('The 100 of them that were issued last'),
  detail: z.string().optional(),
})

export const bundleBody = z.object({ password: z.string().min(1).max(200) })

/** What one device did in one TLS test. A device is known by its certificate, or else by its address. */
const tlsTestResult = z
  .object({
    address: z.string().describe('The newest'),
    certificate: z
      .object({ subject: z.string(), fingerprint: z.string() })
      .nullable()
      .describe('What the client showed; none reaches a server that the client refuses'),
    devices: z
      .array(z.string())
      .describe('Without `certificate`: subjects of those that the address showed in other connections'),
    verdict: z
      .enum(['correct', 'wrong', 'informative', 'unclear'])
      .describe('`informative`: a correct client may do either; `unclear`: it says nothing of the matter'),
    detail: z.string().describe('What the client did, in a sentence'),
    connections: z.number().int(),
    refused: z.number().int().describe('Connections that ended in the handshake'),
    closed: z.number().int().describe('Connections that ended behind the handshake, without a request'),
    requests: z.number().int(),
    first_at: time,
    last_at: time,
    code: z.string().describe('With which the newest connection ended, such as an alert; empty for none'),
    offers: z.string().nullable().describe('The newest version that it offered, such as `TLSv1.3`'),
    tls_version: z.string().nullable().describe('Agreed on; null where the handshake did not end'),
    server_name: z.string().nullable().describe('The name that it asked for (SNI)'),
  })
  .meta({ id: 'TlsTestResult' })

const tlsTest = z
  .object({
    id: tlsTestId,
    title: z.string(),
    shows: z.string().describe('What the client sees'),
    expects: z.enum(['accept', 'refuse', 'either', 'retry']),
    correct: z.string().describe('What a correct client does'),
    rule: z.string(),
    url: z.string().nullable().describe('By its port; null where tests are off'),
    url_by_name: z.string().nullable().describe('By its name, on the port that all tests share'),
    commands: z.array(
      z.object({ client: z.string(), lines: z.string().describe('For a shell, to be copied') }),
    ),
    results: z.array(tlsTestResult).describe('By certificate, or by address without one; the newest first'),
  })
  .meta({ id: 'TlsTest' })

export const tlsTestsQuery = z.object({
  address: z.string().max(100).optional().describe('Only the results of this address'),
  certificate: z.string().max(200).optional().describe('Only those with the certificate of this fingerprint'),
})
export const tlsTestsCleared = z.object({ cleared: z.number().int().describe('How many results there were') })

export const tlsTestsResponse = z.object({
  enabled: z.boolean().describe('Whether `TLS_TEST_PORT` is set'),
  tests: z.array(tlsTest),
})
export type TlsTestResponse = z.infer<typeof tlsTest>
