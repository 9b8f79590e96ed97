import { openNewPair, openSignCsr } from '../certificates/forms.ts'
import { commandLine } from '../dom/copy.ts'
import { shellWord } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { identityState } from './identity.ts'
import { deviceOrigin, filesOf, isHere, type ServerFacts, type Setup } from './setup.ts'
import { step } from './step.ts'

/**
 * The step about the camera's certificate: its name, whether it exists, and how to make one. `onNamed` receives the
 * name that the reader chose; its certificate may be new.
 */
export function identityStep(
  setup: Setup,
  { about, certificates }: ServerFacts,
  onNamed: (name: string) => void,
): HTMLElement {
  const { identity } = setup
  const name = h('input', {
    type: 'text',
    value: identity,
    spellcheck: false,
    id: 'identity',
    'aria-label': 'Name of the certificate',
    on: { change: () => onNamed(name.value) },
  })
  const options = { isHere: isHere(setup), onMade: () => onNamed(identity) }
  const pairUrl = `${deviceOrigin(setup, about)}/certs/${identity}/keypair`
  return step(
    2,
    'Identity: the server knows the camera',
    h(
      'div',
      { class: 'form-row' },
      h('label', {}, 'Name of its certificate', name),
      h('button', { type: 'button', on: { click: () => openNewPair(onNamed) } }, 'New key pair…'),
      h('button', { type: 'button', on: { click: () => openSignCsr(onNamed) } }, 'Sign a CSR…'),
    ),
    certificates && identityState(identity, certificates, options),
    // When the certificate exists, this line would replace it.
    certificates?.some((one) => one.name === identity) !== true && [
      h('p', { class: 'muted' }, 'Or make the key pair from a shell:'),
      commandLine(`curl --cacert ${shellWord(filesOf(setup, about).root)} -X POST ${shellWord(pairUrl)}`),
    ],
  )
}
