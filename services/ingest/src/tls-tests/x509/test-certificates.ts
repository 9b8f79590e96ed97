import type { Logger } from '@pushav/shared/logger.ts'
import type { Authority } from '../../certificates/ports.ts'
import type { ServerNames } from '../../certificates/renew-server-certificate.ts'
import { openAuthority } from '../../certificates/x509/authority.ts'
import { issueSelfSigned } from '../../certificates/x509/issuer.ts'
import { x509Keys as keys } from '../../certificates/x509/private-keys.ts'
import { x509Reader as reader } from '../../certificates/x509/reader.ts'
import { createUnknownAuthority } from '../../certificates/x509/unknown-authority.ts'
import { areUsable, issueTestCertificatesWith, type TestCertificates } from '../issue-test-certificates.ts'

/**
 * What the proxy shows in tests of TLS clients. It goes on with what was handed over before, by this process or
 * another, and issues a new set where that is due for renewal or the names of the server have changed.
 */
export function testCertificatesOf(
  server: Authority,
  handedOver: () => Promise<TestCertificates>,
  now: () => Date,
  log: Logger,
): (names: ServerNames) => Promise<TestCertificates> {
  const issue = issueTestCertificatesWith({
    authority: server,
    keys,
    createUnknown: () => createUnknownAuthority('server', now()),
    createHiddenIntermediate,
    selfSign: (leaf, key) => issueSelfSigned(key, leaf, 'serverAuth'),
  })
  return async function testCertificates(names) {
    const found = await handedOver()
    if (areUsable(found, names, now(), { authority: server, reader })) return found
    log.info('certificates for tests of TLS clients issued')
    return issue(names, now())
  }

  async function createHiddenIntermediate(): Promise<Authority> {
    const key = await keys.create('ec-p256')
    const certificate = await server.issueIntermediate(keys.publicKeyOf(key))
    return openAuthority('server', { certificate, key }, now(), { chain: '' })
  }
}
