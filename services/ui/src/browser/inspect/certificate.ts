import { getJson } from '../api/client.ts'
import type { Certificate, UploadFacts } from '../api/types.ts'
import { copyButton } from '../dom/copy.ts'
import { encodePath } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { untrusted } from '../dom/words.ts'

/** The client certificate with which an upload was sent. */
export function certificateTab(panel: HTMLElement, { path, sender }: UploadFacts, stream: string): void {
  const { device } = sender
  if (!device)
    return void fill(
      panel,
      h('p', {}, 'The device presented no client certificate.'),
      h('p', {}, h('a', { href: '/ui/connect' }, 'Connect a camera'), ' says how to give it one.'),
    )
  loading(panel)
  getJson<Certificate>(`/streams/${stream}/${encodePath(path)}.crt`).then(
    (certificate) =>
      fill(
        panel,
        h('p', {}, h('a', { href: `/ui/devices/${encodeURIComponent(device.fingerprint)}` }, 'This device')),
        certificateView(certificate),
      ),
    (error) =>
      showFailure(panel, error, () => certificateTab(panel, { path, sender } as UploadFacts, stream)),
  )
}

export function certificateView(certificate: Certificate): HTMLElement {
  const facts: readonly (readonly [string, string])[] = [
    ['Subject', certificate.subject],
    ['Issuer', certificate.issuer],
    ['Serial', certificate.serial_number],
    ['Valid from', certificate.not_valid_before],
    ['Valid to', certificate.not_valid_after],
    ['Names', certificate.sans.join(', ') || 'none'],
    ['SHA-256', certificate.fingerprint_sha256],
    ...certificate.extensions.map((extension) => ['Extension', extension] as const),
  ]
  return h(
    'div',
    {},
    h(
      'table',
      { class: 'facts' },
      h(
        'tbody',
        {},
        facts.map(([name, value]) =>
          h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'mono' }, untrusted(value))),
        ),
      ),
    ),
    h(
      'details',
      {},
      h('summary', {}, 'PEM'),
      h('pre', { class: 'pem', tabindex: '0' }, certificate.public_cert),
      copyButton(() => certificate.public_cert),
    ),
  )
}
