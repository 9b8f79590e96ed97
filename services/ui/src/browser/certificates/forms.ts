import { ApiError, sendJson, sentenceOf } from '../api/client.ts'
import type { ProfileName } from '../api/types.ts'
import { copyButton } from '../dom/copy.ts'
import { openDialog } from '../dom/dialog.ts'
import { fill, h } from '../dom/h.ts'

interface Pair {
  readonly key_pem?: string
  readonly cert_pem: string
  readonly created: boolean
}

const namePattern = '[A-Za-z0-9_\\-][A-Za-z0-9._\\-]{0,63}'

/** Opens the dialog that makes a key and a certificate. `onDone` receives its name when the dialog closes. */
export function openNewPair(onDone: (name: string) => void): void {
  const name = h('input', {
    type: 'text',
    required: true,
    pattern: namePattern,
    placeholder: 'cam-0001',
    autocomplete: 'off',
    spellcheck: false,
  })
  const type = h(
    'select',
    {},
    h('option', { value: 'ec' }, 'EC P-256'),
    h('option', { value: 'rsa' }, 'RSA 2048'),
  )
  const profile = profileChoice()
  const problem = h('p', { class: 'error-text', role: 'alert' })
  const form = h(
    'form',
    { on: { submit: (event) => void make(event) } },
    h(
      'p',
      {},
      'For a test client, or a camera that cannot make its own key. A Matter camera sends a CSR instead.',
    ),
    h('label', { class: 'field' }, 'Name', name),
    h('label', { class: 'field' }, 'Key', type),
    h('label', { class: 'field' }, 'To test servers with', profile),
    problem,
    h('div', { class: 'dialog-foot' }, h('button', { type: 'submit', class: 'primary' }, 'Make')),
  )
  const dialog = openDialog('New key pair', form)
  name.focus()

  async function make(event: Event): Promise<void> {
    event.preventDefault()
    try {
      const wanted = profile.value === '' ? `type=${type.value}` : `profile=${profile.value}`
      const pair = await sendJson<Pair>('POST', `/certs/${encodeURIComponent(name.value)}/keypair?${wanted}`)
      fill(form, pairView(name.value, pair))
      dialog.addEventListener('close', () => onDone(name.value))
    } catch (error) {
      problem.textContent = sentenceOf(error)
    }
  }
}

/** Profiles, in words that complete "a certificate that". */
const profiles: Readonly<Record<ProfileName, string>> = {
  expired: 'has expired',
  'not-yet-valid': 'is not valid yet',
  'wrong-ca': 'another CA signed',
  'wrong-eku': 'is for servers alone',
  'no-eku': 'names no purpose',
  'cn-only': 'has no subject alternative name',
  large: 'is as long as Matter allows',
  intermediate: 'an intermediate CA signed',
  'rsa-2048': 'has an RSA key of 2048 bits',
  'rsa-3072': 'has an RSA key of 3072 bits',
  'ec-p256': 'has an EC key on P-256',
  'ec-p384': 'has an EC key on P-384',
}

const profileChoice = (): HTMLSelectElement =>
  h(
    'select',
    {},
    h('option', { value: '' }, 'nothing: a usual certificate'),
    Object.entries(profiles).map(([name, words]) => h('option', { value: name }, `one that ${words}`)),
  )

function pairView(name: string, pair: Pair): HTMLElement {
  const password = Array.from(
    crypto.getRandomValues(new Uint8Array(9)),
    (byte) => 'abcdefghjkmnpqrstuvwxyz23456789'[byte % 31],
  ).join('')
  const bundle = h(
    'button',
    { type: 'button', on: { click: () => void getBundle() } },
    `Download ${name}.p12`,
  )
  const problem = h('p', { class: 'error-text', role: 'alert' })
  return h(
    'div',
    {},
    h(
      'p',
      { class: 'ok-text' },
      '✓ Made. The key is also in the working directory; this page never shows it.',
    ),
    h(
      'p',
      { class: 'form-row' },
      downloadButton(`Download ${name}.pem`, `${name}.pem`, async () => pair.cert_pem),
      pair.key_pem !== undefined &&
        downloadButton(`Download ${name}.key`, `${name}.key`, async () => pair.key_pem ?? ''),
    ),
    h('h3', {}, 'Both in one file, for browsers and phones'),
    h(
      'p',
      {},
      'Password, shown only now: ',
      h('code', {}, password),
      ' ',
      copyButton(() => password),
    ),
    h('p', {}, bundle),
    problem,
  )

  async function getBundle(): Promise<void> {
    const response = await fetch(`/certs/device/${encodeURIComponent(name)}/bundle.p12`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password }),
    })
    if (!response.ok) problem.textContent = `the server answered ${response.status}`
    else save(await response.blob(), `${name}.p12`)
  }
}

/** Opens the dialog that signs a CSR, pasted as PEM or chosen as a file of PEM or DER. `onDone` receives its name. */
export function openSignCsr(onDone: (name: string) => void): void {
  const name = h('input', {
    type: 'text',
    required: true,
    pattern: namePattern,
    placeholder: 'DUT',
    autocomplete: 'off',
    spellcheck: false,
  })
  const text = h('textarea', {
    rows: '8',
    placeholder: '-----BEGIN CERTIFICATE REQUEST-----',
    'aria-label': 'CSR as PEM',
    spellcheck: false,
  })
  const file = h('input', { type: 'file', 'aria-label': 'CSR file, PEM or DER' })
  const problem = h('p', { class: 'error-text', role: 'alert' })
  const form = h(
    'form',
    { on: { submit: (event) => void sign(event), dragover: (event) => event.preventDefault(), drop } },
    h(
      'p',
      {},
      "The camera's certificate signing request. Any subject is fine, also Matter's OU=CSA; the server checks its signature and key.",
    ),
    h('label', { class: 'field' }, 'Name', name),
    text,
    h('p', { class: 'form-row' }, h('span', { class: 'muted' }, 'or choose a file, or drop it here:'), file),
    problem,
    h('div', { class: 'dialog-foot' }, h('button', { type: 'submit', class: 'primary' }, 'Sign')),
  )
  const dialog = openDialog('Sign a CSR', form)
  name.focus()

  function drop(event: DragEvent): void {
    event.preventDefault()
    if (event.dataTransfer?.files.length) file.files = event.dataTransfer.files
  }

  async function sign(event: Event): Promise<void> {
    event.preventDefault()
    const chosen = file.files?.[0]
    const body = chosen ? await chosen.arrayBuffer() : text.value
    try {
      const pem = await signCsr(name.value, body)
      fill(
        form,
        h('p', { class: 'ok-text' }, '✓ Signed.'),
        h(
          'p',
          { class: 'form-row' },
          downloadButton(`Download ${name.value}.pem`, `${name.value}.pem`, async () => pem),
          h(
            'a',
            {
              class: 'button',
              href: `/certs/device/${encodeURIComponent(name.value)}.pem?format=der`,
              download: `${name.value}.der`,
            },
            'DER',
          ),
        ),
        h('pre', { class: 'pem', tabindex: '0' }, pem),
        copyButton(() => pem),
      )
      dialog.addEventListener('close', () => onDone(name.value))
    } catch (error) {
      problem.textContent = sentenceOf(error)
    }
  }
}

/** Has the server sign a CSR. Returns the certificate as PEM. Throws `ApiError` when the server refuses the CSR. */
async function signCsr(name: string, body: ArrayBuffer | string): Promise<string> {
  const response = await fetch(`/certs/${encodeURIComponent(name)}/sign`, {
    method: 'POST',
    headers: { 'content-type': 'application/pkcs10' },
    body,
  })
  const reply: unknown = await response.json()
  if (!response.ok)
    throw new ApiError(
      response.status,
      typeof reply === 'object' && reply !== null && 'detail' in reply
        ? String(reply.detail)
        : `the server answered ${response.status}`,
    )
  return (reply as Pair).cert_pem
}

/** A button that saves a text as a file. It calls `read` when the reader presses it. */
export function downloadButton(label: string, name: string, read: () => Promise<string>): HTMLElement {
  const button = h('button', { type: 'button', on: { click: () => void download() } }, label)
  return button
  async function download(): Promise<void> {
    try {
      save(new Blob([await read()], { type: 'application/x-pem-file' }), name)
    } catch (error) {
      button.textContent = sentenceOf(error)
    }
  }
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = h('a', { href: url, download: name })
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
