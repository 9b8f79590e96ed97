import type { UploadFacts } from '../api/types.ts'
import { copyButton } from '../dom/copy.ts'
import { h } from '../dom/h.ts'
import { untrusted } from '../dom/words.ts'

/** The request head as the device sent it, with the order and duplicates of its headers. */
export function headersView({ method, path, sender }: UploadFacts, stream: string): HTMLElement {
  const text = () => sender.headers.map(([name, value]) => `${name}: ${value}`).join('\n')
  return h(
    'div',
    {},
    h(
      'p',
      { class: 'mono' },
      `${method} `,
      untrusted(`/streams/${stream}/${path}`),
      ` HTTP/${sender.http_version}`,
    ),
    sender.headers.length === 0
      ? h('p', { class: 'muted' }, 'The request had no headers besides those of the connection.')
      : h(
          'table',
          { class: 'facts mono' },
          h(
            'tbody',
            {},
            sender.headers.map(([name, value]) =>
              h('tr', {}, h('th', { scope: 'row' }, untrusted(name)), h('td', {}, untrusted(value))),
            ),
          ),
        ),
    sender.omitted_headers &&
      h(
        'p',
        { class: 'error-text' },
        `${sender.omitted_headers.count} more headers were not recorded: they were too many.`,
      ),
    h('p', {}, copyButton(text, 'Copy headers')),
    h(
      'p',
      { class: 'muted' },
      `${sender.tls_version} · ${sender.cipher} · ALPN ${sender.alpn ?? 'none'} · from `,
      untrusted(`${sender.address}:${sender.port}`),
      sender.tls_test !== undefined && [
        ' · through the ',
        h('a', { href: '/ui/tls-tests' }, `TLS test ${sender.tls_test}`),
      ],
    ),
  )
}
