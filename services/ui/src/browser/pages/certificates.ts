import { getJson, getText, sendJson } from '../api/client.ts'
import type { Certificate, CertificateSummary } from '../api/types.ts'
import { downloadButton, openNewPair, openSignCsr } from '../certificates/forms.ts'
import { commandLine } from '../dom/copy.ts'
import { confirmTyped, openDialog } from '../dom/dialog.ts'
import { fingerprintLine } from '../dom/fingerprint.ts'
import { ago, span } from '../dom/format.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure, showPageFailure } from '../dom/load.ts'
import { scrollingTable } from '../dom/table.ts'
import { untrusted } from '../dom/words.ts'
import { certificateView } from '../inspect/certificate.ts'

const [, , , hierarchy, fileName] = location.pathname.split('/')
const main = startPage('Certificates')
loading(main)
if (hierarchy && fileName) void showOne(hierarchy, decodeURIComponent(fileName).replace(/\.(pem|crt)$/, ''))
else void showList()

async function showList(): Promise<void> {
  try {
    const { certificates } = await getJson<{ certificates: readonly CertificateSummary[] }>(
      '/certs?details=true',
    )
    const root = certificates.find((one) => one.hierarchy === 'server' && one.name === 'root')
    fill(
      main,
      h(
        'div',
        { class: 'page-head' },
        h('h1', {}, 'Certificates'),
        h(
          'div',
          { class: 'page-actions' },
          h(
            'button',
            { type: 'button', class: 'primary', on: { click: () => openNewPair(reload) } },
            '+ New key pair',
          ),
          h('button', { type: 'button', on: { click: () => openSignCsr(reload) } }, 'Sign a CSR'),
          h('a', { class: 'button', href: '/ui/tls-tests' }, 'TLS tests'),
        ),
      ),
      root && rootSection(root),
      h('h2', {}, 'Devices'),
      table(certificates.filter((one) => one.hierarchy === 'device')),
      h('h2', {}, 'Server'),
      table(certificates.filter((one) => one.hierarchy === 'server')),
    )
  } catch (error) {
    showFailure(main, error, () => void showList())
  }
}

const reload = (): void => void showList()

function table(list: readonly CertificateSummary[]): HTMLElement {
  if (list.length === 0)
    return h(
      'p',
      { class: 'muted' },
      'None yet. A camera needs one to show who it is: make a key pair, or sign its CSR.',
    )
  return scrollingTable(
    'Certificates',
    ['name', 'subject', 'key', 'expires', 'last seen', ''],
    list.map(tableRow),
    'table stacked certificate-table',
  )
}

function tableRow(one: CertificateSummary): HTMLElement {
  const url = `/certs/${one.hierarchy}/${encodeURIComponent(one.name)}`
  const canRevoke = one.hierarchy === 'device' && one.name !== 'root' && !one.revoked
  return h(
    'tr',
    {},
    h(
      'td',
      {},
      h(
        'a',
        { href: `/ui/certificates/${one.hierarchy}/${encodeURIComponent(one.name)}` },
        untrusted(one.name),
      ),
      one.profile !== null && h('span', { class: 'muted' }, ` ${one.profile}`),
      one.name === 'root' && h('span', { class: 'muted' }, ' signs the others'),
    ),
    h('td', {}, untrusted(one.subject)),
    h('td', {}, one.key_type),
    endCell(one),
    h(
      'td',
      { class: 'muted', 'data-label': one.last_seen ? 'seen ' : null },
      one.last_seen ? ago(Date.parse(one.last_seen), Date.now()) : '',
    ),
    h(
      'td',
      {},
      h('a', { class: 'button small', href: `${url}.pem?format=pem`, download: `${one.name}.pem` }, 'PEM'),
      ' ',
      canRevoke &&
        h(
          'button',
          { type: 'button', class: 'small danger', on: { click: () => askRevoke(one.name) } },
          'Revoke…',
        ),
    ),
  )
}

/** The cell that says when a certificate ends, with a warning in the last 30 days. */
function endCell({ revoked, not_after: notAfter }: CertificateSummary): HTMLElement {
  const left = Date.parse(notAfter) - Date.now()
  if (revoked) return h('td', { class: 'error-text' }, 'revoked')
  if (left < 0) return h('td', { class: 'error-text' }, `✕ expired ${span(left)} ago`)
  const isSoon = left < 30 * 86_400_000
  const props = { class: isSoon ? 'mark warning' : '', 'data-label': 'expires ' }
  return h('td', props, `${isSoon ? '▲ ' : ''}in ${span(left)}`)
}

function askRevoke(name: string): void {
  confirmTyped(
    `Revoke ${name}`,
    'Every certificate ever issued under this name is refused from now on, also on open connections.',
    name,
    'Revoke',
    async () => {
      await sendJson('POST', `/certs/${encodeURIComponent(name)}/revoke`)
      reload()
    },
  )
}

function rootSection(root: CertificateSummary): HTMLElement {
  return h(
    'section',
    { class: 'step' },
    h('h2', {}, "This server's root"),
    h('p', {}, 'Cameras and browsers that trust it trust this server.'),
    h(
      'p',
      { class: 'form-row' },
      h(
        'a',
        { class: 'button', href: '/certs/server/root.pem?format=pem', download: 'root.pem' },
        'Download PEM',
      ),
      h(
        'a',
        { class: 'button', href: '/certs/server/root.pem?format=der', download: 'root.der' },
        'Download DER',
      ),
      h('button', { type: 'button', on: { click: openTrust } }, 'How to trust it'),
    ),
    fingerprintLine('SHA-256', root.fingerprint_sha256),
  )
}

/** How to make each system trust the root: an explanation, and a shell line if there is one. */
const trustOf: readonly (readonly [system: string, words: string, line: string | null])[] = [
  [
    'Debian, Ubuntu',
    'For curl and other programs',
    'sudo cp root.pem /usr/local/share/ca-certificates/pavs.crt && sudo update-ca-certificates',
  ],
  [
    'Chromium on Linux',
    'From the package libnss3-tools',
    'certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n pavs -i root.pem',
  ],
  ['Fedora', '', 'sudo cp root.pem /etc/pki/ca-trust/source/anchors/ && sudo update-ca-trust'],
  [
    'macOS',
    '',
    'sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain root.pem',
  ],
  ['Windows', 'In a terminal of an administrator', 'certutil -addstore -f Root root.pem'],
  [
    'Firefox',
    'Settings, Privacy & Security, View Certificates, Authorities, Import root.pem, trust it for websites.',
    null,
  ],
  [
    'Android',
    'Download the DER; Settings, Security, Encryption & credentials, Install a certificate, CA certificate.',
    null,
  ],
  [
    'iOS',
    'Download the DER; Settings, Profile downloaded, Install; then General, About, Certificate Trust Settings, switch it on.',
    null,
  ],
]

function openTrust(): void {
  openDialog(
    'How to trust the root',
    trustOf.map(([name, words, line]) => [
      h('h3', {}, name),
      words && h('p', {}, words),
      line && commandLine(line, name),
    ]),
  )
}

async function showOne(place: string, name: string): Promise<void> {
  try {
    const { cert } = await getJson<{ cert: Certificate }>(
      `/certs/${encodeURIComponent(place)}/${encodeURIComponent(name)}.pem`,
    )
    const hasKey = place === 'device' && name !== 'root'
    fill(
      main,
      h(
        'div',
        { class: 'page-head' },
        h(
          'h1',
          {},
          h('a', { class: 'crumbs', href: '/ui/certificates' }, 'Certificates'),
          h('span', { class: 'muted' }, `/ ${place} /`),
          untrusted(name),
        ),
        h(
          'div',
          { class: 'page-actions' },
          hasKey &&
            downloadButton('Download key', `${name}.key`, () =>
              getText(`/certs/device/${encodeURIComponent(name)}.key?format=pem`),
            ),
        ),
      ),
      certificateView(cert),
    )
  } catch (error) {
    showPageFailure(
      main,
      `Certificate ${name}`,
      error,
      { href: '/ui/certificates', text: 'All certificates' },
      () => void showOne(place, name),
    )
  }
}
