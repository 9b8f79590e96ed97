import { sendJson, sentenceOf } from '../api/client.ts'
import type { SealedSession } from '../api/types.ts'
import { fill, h } from '../dom/h.ts'
import { mark, untrusted } from '../dom/words.ts'
import { parseCameraKey, type Unseal, unsealWith, withoutKeys } from './sealed.ts'
import { requestTypes, type ShakaPlayer } from './shaka.ts'

/**
 * A form that asks for the camera key of the sealed media of a session. `onOpen` receives a function that opens them.
 * The page sends the key to the server only when the reader asks for a check.
 */
export function keyForm(stream: string, session: string, onOpen: (unseal: Unseal) => void): HTMLElement {
  const key = h('input', {
    type: 'password',
    required: true,
    autocomplete: 'off',
    spellcheck: false,
    placeholder: '64 hexadecimal digits',
  })
  const problem = h('p', { class: 'error-text', role: 'alert' })
  const result = h('div', { role: 'status' })
  const check = h('button', { type: 'submit' }, 'Check and probe')
  return h(
    'form',
    { class: 'key-form', on: { submit: (event) => void submit(event) } },
    h(
      'p',
      {},
      'This media is sealed (HomeKit Secure Video). With its camera key this page opens and plays it; the key does not leave the browser. ',
      'A check sends the key to this server, which judges and probes what is inside and stores the key nowhere.',
    ),
    h('label', { class: 'field' }, 'Camera key', key),
    problem,
    h('p', { class: 'form-row' }, h('button', { type: 'submit', class: 'primary' }, 'Open'), check),
    result,
  )

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    problem.textContent = ''
    try {
      const cameraKey = parseCameraKey(key.value)
      if (cameraKey === null) throw new Error('A camera key has 32 bytes: 64 hexadecimal digits.')
      if (event.submitter !== check) return onOpen(await unsealWith(cameraKey))
      fill(result, h('p', { class: 'muted' }, 'checking …'))
      const body = { camera_key: cameraKey, probe: true }
      const path = `/sealed/${stream}/${encodeURIComponent(session)}`
      fill(result, checkView(await sendJson<SealedSession>('POST', path, body)))
    } catch (error) {
      fill(result)
      problem.textContent = sentenceOf(error)
    }
  }
}

function checkView({ verdict, opened, objects, damaged, findings, probes = [] }: SealedSession): HTMLElement {
  return h(
    'div',
    {},
    h(
      'p',
      { class: verdict === 'opened' ? 'ok-text' : 'error-text' },
      `${verdict}: ${opened} of ${objects} objects`,
    ),
    h(
      'ul',
      {},
      damaged.map(({ path }) => h('li', {}, 'damaged: ', untrusted(path))),
      findings.map(({ path, severity, message }) =>
        h('li', {}, mark(severity), ' ', untrusted(path), ': ', untrusted(message)),
      ),
      probes.map(({ path, state, probe, message }) =>
        h('li', {}, untrusted(path), `: ${state} `, untrusted(message ?? streamsIn(probe))),
      ),
    ),
  )
}

/** The streams that ffprobe found in an object: `h264 640×360, aac`. */
function streamsIn(probe: Readonly<Record<string, unknown>> | undefined): string {
  const streams: readonly unknown[] = Array.isArray(probe?.streams) ? probe.streams : []
  return streams.map(streamWords).join(', ')
}

function streamWords(stream: unknown): string {
  const { codec_name: codec, width, height } = (stream ?? {}) as Readonly<Record<string, unknown>>
  return typeof width === 'number' ? `${codec} ${width}×${height}` : String(codec)
}

/** Opens media before the player receives them, and removes the keys from playlists. */
export function openAll(player: ShakaPlayer, unseal: Unseal): void {
  player.getNetworkingEngine()?.registerResponseFilter(async (type, response) => {
    if (type === requestTypes.segment) response.data = await unseal(response.data)
    if (type !== requestTypes.manifest) return
    const playlist = withoutKeys(new TextDecoder().decode(response.data))
    response.data = new TextEncoder().encode(playlist)
  })
}
