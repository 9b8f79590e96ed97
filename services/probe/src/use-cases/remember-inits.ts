import type { Uploads } from './ports.ts'
import { recentlyUsed } from './recently-used.ts'

const maxKnown = 256
const maxKnownBytes = 2 ** 16

/** Reads an init segment once: an upload never changes, and all segments of a track ask for the same one. */
export function rememberingInits(uploads: Uploads): Uploads {
  const known = recentlyUsed<Buffer>(maxKnown)
  return {
    ...uploads,
    async init(stream, upload) {
      const key = `${stream}/${upload}`
      const init = known.get(key) ?? (await uploads.init(stream, upload))
      if (init && init.length <= maxKnownBytes) known.set(key, init)
      return init
    },
  }
}
