import type { ProfileName } from '@pushav/shared/api/certificates.ts'
import type { KeyType } from '../certificate.ts'

/** A device certificate that differs from a usual one in one thing, to find out what a server makes of it. */
export interface Profile {
  /** What the certificate is like. */
  readonly shows: string
  /** The CA that signs it. */
  readonly issuer: 'device' | 'unknown' | 'intermediate'
  readonly validity: 'usual' | 'past' | 'future'
  /** The extended key usage; null for none. */
  readonly usage: 'clientAuth' | 'serverAuth' | null
  readonly hasSan: boolean
  /** Whether the certificate is made as long as Matter allows. */
  readonly isLarge: boolean
  /** The only kind of key that the profile is for; null for any. */
  readonly key: KeyType | null
  readonly server: ServerReaction
}

/** What a correct server does with a client that shows such a certificate, and this one does. */
interface ServerReaction {
  /** `either` where a rule lets a server choose. */
  readonly correct: 'accepts' | 'refuses' | 'either'
  readonly accepts: boolean
  /** The code of this server's refusal, as `GET /refusals` lists it; null where it accepts. */
  readonly code: string | null
  readonly rule: string
  readonly detail: string
}

const accepted = (rule: string, detail: string): ServerReaction => ({
  correct: 'accepts',
  accepts: true,
  code: null,
  rule,
  detail,
})
const refused = (code: string, rule: string, detail: string): ServerReaction => ({
  correct: 'refuses',
  accepts: false,
  code,
  rule,
  detail,
})

const usual: Omit<Profile, 'shows' | 'server'> = {
  issuer: 'device',
  validity: 'usual',
  usage: 'clientAuth',
  hasSan: true,
  isLarge: false,
  key: null,
}

const keyProfile = (key: KeyType, words: string): Profile => ({
  ...usual,
  key,
  shows: `its key is ${words}`,
  server: accepted('RFC 8446, 4.2.3', `A server takes certificates with ${words}.`),
})

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  expired: {
    ...usual,
    validity: 'past',
    shows: 'it ended a day ago',
    server: refused(
      'certificate-expired',
      'RFC 5280, 6.1.3 (a) (2)',
      'The time must lie within the validity of the certificate.',
    ),
  },
  'not-yet-valid': {
    ...usual,
    validity: 'future',
    shows: 'it begins in thirty days',
    server: refused(
      'certificate-not-yet-valid',
      'RFC 5280, 6.1.3 (a) (2)',
      'The time must lie within the validity of the certificate.',
    ),
  },
  'wrong-ca': {
    ...usual,
    issuer: 'unknown',
    shows: 'a CA signed it that no server trusts, made for this one certificate',
    server: refused(
      'certificate-untrusted',
      'RFC 5280, 6.1.1 (d)',
      'The chain must begin at a root that the server was given.',
    ),
  },
  'wrong-eku': {
    ...usual,
    usage: 'serverAuth',
    shows: 'its extended key usage is serverAuth alone',
    server: refused(
      'certificate-purpose',
      'RFC 5280, 4.2.1.12',
      'A certificate is good for the purposes that it names only, and a TLS client needs clientAuth.',
    ),
  },
  'no-eku': {
    ...usual,
    usage: null,
    shows: 'it has no extended key usage',
    server: {
      ...refused(
        'certificate-purpose',
        'RFC 5280, 4.2.1.12',
        'Such a certificate is good for everything, but a server may demand that the purpose is named. This one does, as its roots may vouch for more than devices. Other servers may accept it.',
      ),
      correct: 'either',
    },
  },
  'cn-only': {
    ...usual,
    hasSan: false,
    shows: 'it has no subject alternative name, only a common name',
    server: accepted(
      'RFC 5280, 4.1.2.6',
      'A subject suffices. This server knows a device by its key and fingerprint, not by a name.',
    ),
  },
  large: {
    ...usual,
    isLarge: true,
    shows: 'it has about 2990 bytes in DER; Matter allows 3000',
    server: accepted('Matter 1.5, TLS Certificate Management', 'A certificate may have up to 3000 bytes.'),
  },
  intermediate: {
    ...usual,
    issuer: 'intermediate',
    shows: 'an intermediate CA below the device root signed it',
    server: accepted(
      'RFC 8446, 4.4.2; RFC 5280, 6.1',
      'The device sends the intermediate certificate behind its own. Without it the path cannot be built: certificate-untrusted.',
    ),
  },
  'rsa-2048': keyProfile('rsa-2048', 'RSA with 2048 bits'),
  'rsa-3072': keyProfile('rsa-3072', 'RSA with 3072 bits'),
  'ec-p256': keyProfile('ec-p256', 'EC P-256'),
  'ec-p384': keyProfile('ec-p384', 'EC P-384'),
}
