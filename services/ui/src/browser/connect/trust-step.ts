import type { About } from '../api/types.ts'
import { commandLine } from '../dom/copy.ts'
import { fingerprintLine } from '../dom/fingerprint.ts'
import { shellWord } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { deviceOrigin, filesOf, isHere, type Setup } from './setup.ts'
import { step } from './step.ts'

/** The step about the root certificate: how the camera gets it, and how to check that it is the right one. */
export function trustStep(setup: Setup, about: About): HTMLElement {
  const rootUrl = `${deviceOrigin(setup, about)}/certs/server/root.pem?format=pem`
  return step(
    1,
    'Trust: the camera trusts this server',
    isHere(setup)
      ? h('p', {}, 'On this machine the root is already there: ', h('code', {}, filesOf(setup, about).root))
      : [
          commandLine(`curl -o root.pem --insecure ${shellWord(rootUrl)}`),
          commandLine('openssl x509 -noout -fingerprint -sha256 -in root.pem'),
        ],
    fingerprintLine('Its SHA-256 must be', about.root.fingerprint_sha256),
    h('p', { class: 'form-row' }, download('pem'), download('der')),
  )
}

const download = (format: 'pem' | 'der'): HTMLElement =>
  h(
    'a',
    {
      class: 'button small',
      href: `/certs/server/root.pem?format=${format}`,
      download: `root.${format}`,
    },
    `root.${format}`,
  )
