import { sendJson, sentenceOf } from '../api/client.ts'
import { openDialog } from '../dom/dialog.ts'
import { fill, h } from '../dom/h.ts'

const interfaces = [
  ['cmaf-ingest', 'CMAF ingest (Matter Interface-1): the camera sends CMAF tracks, no manifest is needed.'],
  ['dash', 'DASH (Matter Interface-2): session_N/index.mpd, init segments and numbered segments.'],
  ['hls', 'HLS (Matter Interface-2): a multivariant playlist, media playlists and numbered segments.'],
  ['hksv', 'HomeKit Secure Video: sealed media, an EVENT playlist anew after each segment.'],
] as const

/** Opens the dialog that creates a stream, and then goes to the page that connects a camera to it. */
export function openNewStream(): void {
  const radios = interfaces.map(([name, sentence], i) =>
    h(
      'label',
      { class: 'radio' },
      h('input', { type: 'radio', name: 'interface', value: name, checked: i === 0 }),
      h('span', {}, h('strong', {}, name), h('br'), h('span', { class: 'muted' }, sentence)),
    ),
  )
  const strict = h('input', { type: 'checkbox', name: 'strict' })
  const tracks = h('input', { type: 'text', placeholder: 'video, audio', 'aria-label': 'Expected tracks' })
  const failed = h('p', { class: 'error-text', role: 'alert' })
  const form = h(
    'form',
    { on: { submit: (event) => void submit(event) } },
    h('fieldset', {}, h('legend', {}, 'Interface'), radios),
    h('label', { class: 'check' }, strict, 'strict: an upload with an error is answered 400'),
    h(
      'label',
      { class: 'field' },
      'Expected tracks ',
      h('span', { class: 'muted' }, '(optional, separated by commas)'),
      tracks,
    ),
    failed,
    h('div', { class: 'dialog-foot' }, h('button', { type: 'submit', class: 'primary' }, 'Create')),
  )
  openDialog('New stream', form)

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const kind = String(new FormData(form).get('interface'))
    try {
      const id = await createStream(kind, strict.checked, wordsOf(tracks.value))
      location.assign(`/ui/connect?stream=${id}`)
    } catch (error) {
      fill(failed, h('p', { class: 'error-text' }, sentenceOf(error)))
    }
  }
}

async function createStream(kind: string, isStrict: boolean, tracks: readonly string[]): Promise<number> {
  const query = `interface=${kind}${isStrict ? '&strict=true' : ''}`
  const { id } = await sendJson<{ id: number }>('POST', `/streams?${query}`)
  if (tracks.length > 0)
    await sendJson('POST', `/streams/${id}/expectedTrackNames`, { expected_track_names: tracks })
  return id
}

const wordsOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
