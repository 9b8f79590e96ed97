import type { Certificate, Pair } from './certificate.ts'
import { isRenewalDue, isValid, leafValidity } from './leaf-policy.ts'
import type { Authority, CertificateFiles, CertificateReader, Keys } from './ports.ts'

/** Every name that clients may call this server by; the common name is one of them. */
export interface ServerNames {
  readonly commonName: string
  readonly dnsNames: readonly string[]
  /** IP addresses as `normalIp` spells them. */
  readonly ips: readonly string[]
}

interface RenewServerCertificateDeps {
  readonly authority: Authority
  readonly keys: Keys
  readonly reader: CertificateReader
  readonly files: CertificateFiles
}

/** The server's certificate, and the reason for which it was issued anew; null when it was still good. */
type RenewServerCertificate = (
  names: ServerNames,
  now: Date,
) => Promise<{ readonly pair: Pair; readonly reissued: string | null }>

/** Keeps `certs/server/localhost` valid, under all names of the server and with the key beside it. */
export function renewServerCertificateWith(deps: RenewServerCertificateDeps): RenewServerCertificate {
  const { authority, keys, reader, files } = deps
  return async function renewServerCertificate(names, now) {
    const certificate = await files.read('server', `${fileName}.pem`)
    const key = await files.read('server', `${fileName}.key`)
    const fault = certificate && key ? faultOf({ certificate, key }, now) : 'it is missing'
    const facts = certificate && !fault ? reader.read(certificate) : null
    const missing = facts && missingName(facts, names)
    if (certificate && key && facts && !missing) return { pair: { certificate, key }, reissued: null }

    // Ingest processes in containers have addresses of their own: with names of its own alone, each would issue it
    // anew.
    const pair = await issue(facts ? withEarlierNames(names, facts) : names, now)
    await files.replace('server', fileName, pair)
    return { pair, reissued: fault ?? missing }
  }

  function faultOf({ certificate, key }: Pair, now: Date): string | null {
    const facts = reader.read(certificate)
    if (!facts) return 'it cannot be read'
    if (!authority.hasIssued(certificate)) return 'it is not signed by the root'
    if (!certificate.includes(authority.root)) return 'its file lacks the root'
    if (keyOf(key) !== facts.publicKey) return 'its key belongs to another certificate'
    if (!isValid(facts, now)) return 'it is not valid now'
    return isRenewalDue(facts, now) ? 'it is due for renewal' : null
  }

  function keyOf(privateKey: string): string | null {
    try {
      return keys.publicKeyOf(privateKey)
    } catch {
      return null
    }
  }

  async function issue({ commonName, dnsNames, ips }: ServerNames, now: Date): Promise<Pair> {
    const key = await keys.create('ec-p256')
    const publicKey = keys.publicKeyOf(key)
    const validity = leafValidity('server', now, authority.notAfter)
    return {
      key,
      certificate: await authority.issue({ ...validity, commonName, publicKey, dnsNames, ips, uris: [] }),
    }
  }
}

const fileName = 'localhost'
/** Names of a certificate; each adds bytes to every handshake. */
const maxNames = 64

/** Names that it had are dropped at the next renewal that is due. */
function withEarlierNames({ commonName, dnsNames, ips }: ServerNames, earlier: Certificate): ServerNames {
  const union = (own: readonly string[], others: readonly string[]) => [
    ...own,
    ...others.filter((name) => !own.includes(name)).slice(0, Math.max(0, maxNames - own.length)),
  ]
  return { commonName, dnsNames: union(dnsNames, earlier.dnsNames), ips: union(ips, earlier.ips) }
}

function missingName(facts: Certificate, { commonName, dnsNames, ips }: ServerNames): string | null {
  const missing = [
    ...dnsNames.filter((name) => !facts.dnsNames.includes(name)),
    ...ips.filter((ip) => !facts.ips.includes(ip)),
  ]
  if (missing.length > 0) return `it lacks the names ${missing.join(', ')}`
  return facts.commonName === commonName ? null : `its common name is not ${commonName}`
}
