import { getFacts, newestAt } from '../api/facts.ts'
import type { UploadFacts } from '../api/types.ts'
import { clock } from '../dom/format.ts'
import { setTitle, startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { mark } from '../dom/words.ts'
import { createUploadView, type UploadView, uploadTitle } from '../inspect/upload-view.ts'

const [, , , stream = '', ...parts] = location.pathname.split('/')
const address = new URL(location.href)
const isCertificate = parts.at(-1)?.endsWith('.crt') ?? false
const encodedPath = isCertificate ? parts.join('/').slice(0, -'.crt'.length) : parts.join('/')
let view: UploadView | null = null
let facts: UploadFacts | null = null
const main = startPage('Upload', [
  ...[1, 2, 3, 4, 5, 6, 7].map((place) => ({
    keys: String(place),
    does: `tab ${place}`,
    act: () => view?.chooseTab(place - 1),
  })),
  { keys: 'k', does: 'previous upload', act: () => facts?.previous && go(facts.previous) },
  { keys: 'j', does: 'next upload', act: () => facts?.next && go(facts.next) },
  { keys: 'Escape', does: 'back to the stream', act: () => location.assign(streamUrl()) },
])
const streamUrl = () => `/ui/streams/${stream}${facts ? `?upload=${facts.id}` : ''}`

loading(main)
void show(address.searchParams.get('version'))

async function show(version: string | null): Promise<void> {
  try {
    facts = await getFacts(stream, version ?? (await newestAt(stream, encodedPath)))
    draw(facts)
  } catch (error) {
    fill(
      main,
      h('h1', {}, `Stream ${stream}`),
      h('div', { id: 'problem' }),
      h('p', {}, h('a', { href: `/ui/streams/${stream}` }, 'Back to the stream')),
    )
    const place = document.getElementById('problem')
    if (place) showFailure(place, error, () => void show(version))
  }
}

function draw(upload: UploadFacts): void {
  setTitle(upload.path.split('/').at(-1) ?? 'Upload')
  const tab = isCertificate
    ? 'certificate'
    : (address.searchParams.get('tab') ?? (/\.(mpd|m3u8)$/i.test(upload.path) ? 'text' : 'findings'))
  const box = address.searchParams.get('box')
  view = createUploadView(upload, {
    stream,
    tab,
    box: box === null ? null : Number(box),
    onTab: (chosen) => keep('tab', chosen),
    onBox: (at) => keep('box', String(at)),
  })
  fill(
    main,
    h(
      'div',
      { class: 'page-head' },
      h(
        'h1',
        {},
        h('a', { class: 'crumbs', href: `/ui/streams/${stream}?upload=${upload.id}` }, `Streams / ${stream}`),
        h('span', { class: 'muted' }, '/'),
        uploadTitle(upload),
      ),
      h(
        'div',
        { class: 'page-actions' },
        link('init segment', upload.init),
        link('↑ previous', upload.previous),
        link('↓ next', upload.next),
        link('previous in track', upload.previous_in_track),
        link('next in track', upload.next_in_track),
      ),
    ),
    versionsLine(upload),
    h('div', { class: 'wide' }, view.element),
  )
}

/** Links to all uploads at this path; null when there is only one. */
function versionsLine({ id: shown, versions = [] }: UploadFacts): HTMLElement | null {
  if (versions.length < 2) return null
  return h(
    'p',
    {},
    'versions: ',
    versions.map(({ upload: id, received_at: at, worst }) => [
      h('a', { href: `?version=${id}`, 'aria-current': id === shown ? 'true' : null }, clock(Date.parse(at))),
      ' ',
      mark(worst),
      id === shown ? ' (this) ' : ' ',
    ]),
  )
}

function link(label: string, upload: string | null | undefined): HTMLElement | null {
  return upload
    ? h('a', { class: 'button small', href: `/ui/streams/${stream}/-?version=${upload}` }, label)
    : null
}

function go(upload: string): void {
  location.assign(`/ui/streams/${stream}/-?version=${upload}`)
}

function keep(name: string, value: string): void {
  address.searchParams.set(name, value)
  history.replaceState(null, '', address)
}
