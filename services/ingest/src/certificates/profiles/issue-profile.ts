import type { ProfileName } from '@pushav/shared/api/certificates.ts'
import type { Leaf, Validity } from '../certificate.ts'
import type { Authority, CertificateReader } from '../ports.ts'
import { type Profile, profiles } from './profiles.ts'

interface IssueProfileDeps {
  readonly authority: Authority
  /** A new CA that is trusted nowhere. */
  readonly createUnknown: () => Promise<Authority>
  /** The CA below the device root, which the proxy accepts from then on. */
  readonly openIntermediate: () => Promise<Authority>
  readonly reader: Pick<CertificateReader, 'derOf'>
  readonly now: () => Date
}

/** Signs the leaf that a usual certificate would be, changed as a profile says; returns it and its chain, PEM. */
export type IssueProfile = (name: ProfileName, leaf: Leaf) => Promise<string>

export function issueProfileWith(deps: IssueProfileDeps): IssueProfile {
  const { authority, createUnknown, openIntermediate, reader, now } = deps
  return async function issueProfile(name, leaf) {
    const profile = profiles[name]
    const issuer = await issuerOf(profile)
    const changed: Leaf = {
      ...leaf,
      ...validityOf(profile, leaf, now()),
      usage: profile.usage,
      uris: profile.hasSan ? leaf.uris : [],
    }
    const issued = await issuer.issue(changed)
    return profile.isLarge ? issuer.issue({ ...changed, comment: commentFor(issued) }) : issued
  }

  function issuerOf({ issuer }: Profile): Authority | Promise<Authority> {
    if (issuer === 'unknown') return createUnknown()
    return issuer === 'intermediate' ? openIntermediate() : authority
  }

  /** A comment that brings a certificate to its full length. */
  function commentFor(issued: string): string {
    const { length = 0 } = reader.derOf(issued) ?? {}
    return 'x'.repeat(Math.max(0, largeBytes - length - commentOverhead))
  }
}

/** Matter's limit is 3000, and an ECDSA signature varies by some bytes. */
const largeBytes = 2_990
/** The heads of the extension and of its text, each with a length of two bytes, and its object identifier. */
const commentOverhead = 23

const dayMs = 86_400_000

function validityOf({ validity }: Profile, usual: Validity, now: Date): Validity {
  const at = (days: number) => new Date(now.getTime() + days * dayMs)
  if (validity === 'past') return { notBefore: at(-31), notAfter: at(-1) }
  if (validity === 'future') return { notBefore: at(30), notAfter: at(60) }
  return { notBefore: usual.notBefore, notAfter: usual.notAfter }
}
