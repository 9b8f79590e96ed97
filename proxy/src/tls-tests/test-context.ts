import type { SecureContextOptions } from 'node:tls'
import { type TlsTestId, tlsTestNameOf } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { HandoverFile } from '../tls/handover-file.ts'
import type { Trust } from '../tls/trust.ts'

/** How the TLS of a test differs from the usual one, besides its certificate. */
const options: Partial<Readonly<Record<TlsTestId, SecureContextOptions>>> = {
  'tls13-only': { minVersion: 'TLSv1.3' },
  'tls12-only': { maxVersion: 'TLSv1.2' },
  // These versions sign with SHA-1, which OpenSSL refuses above security level 0.
  'tls11-only': { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
  'null-cipher': { maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' },
}

/** Certificate, key and trust for the TLS server of one test. */
export interface TestContext extends Pick<HandoverFile, 'trust' | 'onChange'> {
  /** Whether ingest has handed over the certificate of the test. */
  isReady(): boolean
}

/** The trust of the handover file with a test's certificate and options; unchanged until ingest has issued both. */
export function testContextOf(
  id: TlsTestId,
  handover: Pick<HandoverFile, 'trust' | 'onChange'>,
): TestContext {
  let source: Trust | null = null
  let changed = handover.trust()
  return {
    isReady: () => pairOf(handover.trust()) !== undefined,
    trust,
    onChange: (listener) => handover.onChange(() => listener(trust())),
  }

  function trust(): Trust {
    const current = handover.trust()
    if (source === current) return changed
    source = current
    changed = changedTrust(current)
    return changed
  }

  function changedTrust(current: Trust): Trust {
    const pair = pairOf(current)
    if (!pair) return current
    const { certificate: cert, key } = pair
    return {
      ...current,
      context: { ...current.context, ...options[id], cert, key },
      isServerName: (name) => current.isServerName(name) || isTestName(name, current),
    }
  }

  /** A test's own name is a name of the server with two labels in front. */
  function isTestName(name: string, current: Trust): boolean {
    const prefix = tlsTestNameOf(id, '')
    return name.startsWith(prefix) && current.isServerName(name.slice(prefix.length))
  }

  function pairOf({ tlsTests }: Trust) {
    return tlsTests[id] ?? tlsTests.good
  }
}
