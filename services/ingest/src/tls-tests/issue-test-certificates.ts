import { type TlsTestId, tlsTestNameOf } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { Leaf, Pair } from '../certificates/certificate.ts'
import { isRenewalDue, isValid, leafValidity } from '../certificates/leaf-policy.ts'
import type { Authority, CertificateReader, Keys } from '../certificates/ports.ts'
import type { ServerNames } from '../certificates/renew-server-certificate.ts'

/** Certificates and keys by test; a test that is not named shows what `good` does. */
export type TestCertificates = Partial<Readonly<Record<TlsTestId, Pair>>>

interface IssueTestCertificatesDeps {
  /** The CA of the server. */
  readonly authority: Authority
  /** A new CA that is trusted nowhere. */
  readonly createUnknown: () => Promise<Authority>
  /** A new CA below that of the server, whose certificate is not sent with what it signs. */
  readonly createHiddenIntermediate: () => Promise<Authority>
  /** Signs a leaf with its own key; PEM. */
  readonly selfSign: Sign
  readonly keys: Pick<Keys, 'create' | 'publicKeyOf'>
}

/** Issues what the proxy shows to TLS clients in tests; each certificate is wrong in one thing only. */
type IssueTestCertificates = (names: ServerNames, now: Date) => Promise<TestCertificates>

export function issueTestCertificatesWith(deps: IssueTestCertificatesDeps): IssueTestCertificates {
  const { authority, createUnknown, createHiddenIntermediate, selfSign, keys } = deps
  return async function issueTestCertificates(names, now) {
    const validity = leafValidity('server', now, authority.notAfter)
    const own = (leaf: Leaf) => authority.issue(leaf)
    const of = async (id: TlsTestId, change: Partial<Leaf> = {}, sign: Sign = own) => [
      id,
      await pairOf({ ...namesFor(id, names), ...validity, uris: [], ...change }, sign),
    ]
    return Object.fromEntries(
      await Promise.all([
        of('good'),
        of('wrong-name', { commonName: wrongName, dnsNames: [wrongName], ips: [] }),
        of('expired', { notBefore: daysFrom(now, -31), notAfter: daysFrom(now, -1) }),
        // A set is made anew after two months, long before this one becomes valid.
        of('not-yet-valid', { notBefore: daysFrom(now, 365), notAfter: daysFrom(now, 455) }),
        of('self-signed', {}, selfSign),
        of('unknown-ca', {}, async (leaf) => (await createUnknown()).issue(leaf)),
        of('missing-intermediate', {}, async (leaf) => (await createHiddenIntermediate()).issue(leaf)),
        of('wrong-usage', { usage: 'clientAuth' }),
      ]),
    )
  }

  async function pairOf(facts: Omit<Leaf, 'publicKey'>, sign: Sign): Promise<Pair> {
    const key = await keys.create('ec-p256')
    // In the order of the handover file, which is compared as text.
    return { certificate: await sign({ ...facts, publicKey: keys.publicKeyOf(key) }, key), key }
  }
}

type Sign = (leaf: Leaf, key: string) => Promise<string>

/** Whether a set of certificates goes on to show what it should: it is complete, of this CA, and for these names. */
export function areUsable(
  found: TestCertificates,
  names: ServerNames,
  now: Date,
  { authority, reader }: { readonly authority: Authority; readonly reader: Pick<CertificateReader, 'read'> },
): boolean {
  const pem = found.good?.certificate ?? ''
  const facts = reader.read(pem)
  if (!facts || !authority.hasIssued(pem) || !isValid(facts, now) || isRenewalDue(facts, now)) return false
  const { dnsNames, ips } = namesFor('good', names)
  const hasNames =
    dnsNames.every((name) => facts.dnsNames.includes(name)) && ips.every((ip) => facts.ips.includes(ip))
  return hasNames && found['wrong-usage'] !== undefined
}

/**
 * All names of the server, and below each DNS name that of the test; for `good`, those of the tests that show it too.
 */
function namesFor(id: TlsTestId, { commonName, dnsNames, ips }: ServerNames): ServerNames {
  const ids = id === 'good' ? ['good' as const, ...withoutCertificate] : [id]
  const own = dnsNames.flatMap((host) => ids.map((one) => tlsTestNameOf(one, host)))
  return { commonName, ips, dnsNames: [...dnsNames, ...own] }
}

const withoutCertificate: readonly TlsTestId[] = ['tls13-only', 'tls12-only', 'tls11-only', 'null-cipher']

/** Reserved, so that it is never a server's (RFC 2606, 2). */
const wrongName = 'wrong-name.invalid'

const daysFrom = (now: Date, days: number): Date => new Date(now.getTime() + days * 86_400_000)
