import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Uploads } from './ports.ts'

const maxEntries = 256
const maxEntryBytes = 2 ** 16

/** Caches init segments: an upload never changes, and all segments of a track need the same init segment. */
export function withInitCache(uploads: Uploads): Uploads {
  const cache = createLru<string, Buffer>(maxEntries)
  return {
    ...uploads,
    async init(stream, upload) {
      const key = `${stream}/${upload}`
      const init = cache.get(key) ?? (await uploads.init(stream, upload))
      if (init && init.length <= maxEntryBytes) cache.set(key, init)
      return init
    },
  }
}
