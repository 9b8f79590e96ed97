import { createLru } from '@pushav/shared/lib/lru.ts'
import type { IngestInterface } from '../streams/stream.ts'
import type { JournalReader } from './ports.ts'

/** How a stream is fed, from its journal, because Redis may be unreachable; null when the line is lost. */
export type StreamInterface = (stream: string) => Promise<IngestInterface | null>

const maxCached = 16_384

/** Reads the beginning of a stream's journal once, while it is cached; what a stream was created as never changes. */
export function streamInterfaceWith(journals: Pick<JournalReader, 'of' | 'read'>): StreamInterface {
  const cache = createLru<string, IngestInterface>(maxCached)
  return async function interfaceOf(stream) {
    const found = cache.get(stream) ?? (await createdAs(stream))
    if (found) cache.set(stream, found)
    return found
  }

  async function createdAs(stream: string): Promise<IngestInterface | null> {
    for (const name of await journals.of(stream)) {
      const { lines } = await journals.read(stream, name, 0)
      for (const { entry } of lines) if (entry.kind === 'stream-created') return entry.interface
    }
    return null
  }
}
