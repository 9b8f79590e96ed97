import { copyButton } from './copy.ts'
import { h } from './h.ts'

/** A SHA-256 as OpenSSL prints it, in capitals with colons, whichever way the API writes it. */
export const colonHex = (fingerprint: string): string =>
  (fingerprint.replaceAll(':', '').match(/../g) ?? []).join(':').toUpperCase()

/** A fingerprint behind a few words, with a button that copies it. */
export function fingerprintLine(words: string, fingerprint: string): HTMLElement {
  const text = colonHex(fingerprint)
  return h(
    'p',
    { class: 'muted with-copy' },
    `${words} `,
    h('span', { class: 'mono' }, text),
    copyButton(() => text),
  )
}
