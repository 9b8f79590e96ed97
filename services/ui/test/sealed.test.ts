import { deepEqual, equal, rejects } from 'node:assert/strict'
import { hksvCameraKey, hksvMultivariant, hksvPlaylist } from '@pushav/shared/testing/media/hksv.ts'
import { parseCameraKey, unsealWith, withoutKeys } from '../src/browser/player/sealed.ts'

const cameraKey = hksvCameraKey.toString('hex')
/** A published object: IV, ciphertext and tag of `ftypmoov`. */
const object = Buffer.from(
  'a0a1a2a3a4a5a6a7a8a9aaabacadaeafce0f2dae6bf2c5b78a127b7b1b3bfea6147b37cbbde5712a',
  'hex',
)

describe('sealed media in the browser', () => {
  it('open with the camera key of the test vector, and with no other', async () => {
    const open = await unsealWith(cameraKey)
    equal(Buffer.from(await open(object)).toString(), 'ftypmoov')
    const other = await unsealWith('f'.repeat(64))
    const changed = Buffer.from(object).fill(0, 20, 21)
    for (const attempt of [() => other(object), () => open(changed), () => open(Buffer.alloc(20))])
      await rejects(attempt, /The key does not open this media/)
  })

  it('take a key with spaces, and nothing that is no key', () => {
    equal(parseCameraKey(` ${cameraKey.toUpperCase().replace(/(..)/g, '$1 ')}`), cameraKey)
    deepEqual(['', 'abc', `${cameraKey}0`, 'g'.repeat(64)].map(parseCameraKey), [null, null, null, null])
  })

  it('have playlists without keys', () => {
    for (const playlist of [
      hksvPlaylist(2, true),
      hksvMultivariant(),
      hksvPlaylist(1).replaceAll('\n', '\r\n'),
    ]) {
      const opened = withoutKeys(playlist)
      equal(opened.includes('KEY:'), false)
      equal(opened.split('\n').length, playlist.split('\n').length - 1)
    }
  })
})
