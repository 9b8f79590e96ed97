import { h } from '../dom/h.ts'
import { parseCameraKey, type Unseal, unsealWith, withoutKeys } from './sealed.ts'
import { requestTypes, type ShakaPlayer } from './shaka.ts'

/** Asks for the camera key of sealed media; `onOpen` gets what opens them with it. */
export function keyForm(onOpen: (unseal: Unseal) => void): HTMLElement {
  const key = h('input', {
    type: 'password',
    required: true,
    autocomplete: 'off',
    spellcheck: false,
    placeholder: '64 hexadecimal digits',
  })
  const problem = h('p', { class: 'error-text', role: 'alert' })
  return h(
    'form',
    { class: 'key-form', on: { submit } },
    h(
      'p',
      {},
      'This media is sealed (HomeKit Secure Video). With its camera key this page opens and plays it. The page forgets the key when it is left.',
    ),
    h('label', { class: 'field' }, 'Camera key', key),
    problem,
    h('p', {}, h('button', { type: 'submit', class: 'primary' }, 'Open')),
  )

  function submit(event: Event): void {
    event.preventDefault()
    const cameraKey = parseCameraKey(key.value)
    key.value = ''
    if (cameraKey) void unsealWith(cameraKey).then(onOpen)
    else problem.textContent = 'A camera key has 32 bytes: 64 hexadecimal digits.'
  }
}

/** Opens media on their way to the player, and takes the keys out of playlists. */
export function openAll(player: ShakaPlayer, unseal: Unseal): void {
  player.getNetworkingEngine()?.registerResponseFilter(async (type, response) => {
    if (type === requestTypes.segment) response.data = await unseal(response.data)
    if (type !== requestTypes.manifest) return
    const playlist = withoutKeys(new TextDecoder().decode(response.data))
    response.data = new TextEncoder().encode(playlist)
  })
}
