import { getText, sendJson, sentenceOf } from '../api/client.ts'
import type { CertificateSummary } from '../api/types.ts'
import { downloadButton } from '../certificates/forms.ts'
import { span } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { mark } from '../dom/words.ts'

interface IdentityOptions {
  /** Whether the reader is on the server's machine and can use its files, so that no download is needed. */
  readonly isHere: boolean
  readonly onMade: () => void
}

/** Says whether the camera's certificate exists and the server accepts it, and what to do next. */
export function identityState(
  name: string,
  certificates: readonly CertificateSummary[],
  { isHere, onMade }: IdentityOptions,
): HTMLElement {
  const found = certificates.find((certificate) => certificate.name === name)
  if (!found) return missing(name, onMade)
  const left = Date.parse(found.not_after) - Date.now()
  const fault = found.revoked ? 'is revoked' : left < 0 ? `expired ${span(left)} ago` : null
  if (fault !== null)
    return h('p', {}, mark('error'), ` ${name} ${fault}: the server refuses it. Choose another name.`)
  return h(
    'div',
    {},
    h('p', {}, mark(null), ` ${name} is there, and expires in ${span(left)}.`),
    !isHere && h('p', { class: 'form-row' }, downloads(found)),
  )
}

function missing(name: string, onMade: () => void): HTMLElement {
  const problem = h('span', { class: 'error-text', role: 'alert' })
  const button = h(
    'button',
    { type: 'button', class: 'primary', on: { click: () => void make() } },
    `Make ${name}`,
  )
  return h('p', { class: 'form-row centered' }, button, 'There is no certificate of this name yet.', problem)

  async function make(): Promise<void> {
    try {
      await sendJson('POST', `/certs/${encodeURIComponent(name)}/keypair`)
      onMade()
    } catch (error) {
      problem.textContent = sentenceOf(error)
    }
  }
}

/** Buttons that download the files which the command lines name. */
function downloads({ name, has_key: hasKey }: CertificateSummary): readonly (HTMLElement | false)[] {
  const url = `/certs/device/${encodeURIComponent(name)}`
  return [
    h('a', { class: 'button small', href: `${url}.pem?format=pem`, download: `${name}.pem` }, `${name}.pem`),
    hasKey && downloadButton(`${name}.key`, `${name}.key`, () => getText(`${url}.key?format=pem`)),
  ]
}
