import { createLru } from '@pushav/shared/lib/lru.ts'
import type { IngestInterface } from '../streams/stream.ts'
import type { JournalReader } from './ports.ts'
import type { JournalEntry } from './upload.ts'

/** How a stream is fed, from its journal, because Redis may be unreachable; null when the line is lost. */
export type StreamInterface = (stream: string) => Promise<IngestInterface | null>

const maxCached = 16_384

/** Reads the beginning of a stream's journal once, while it is cached; what a stream was created as never changes. */
export function streamInterfaceWith(journals: Pick<JournalReader, 'of' | 'read'>): StreamInterface {
  const cache = createLru<string, IngestInterface>(maxCached)
  return async function interfaceOf(stream) {
    const found = cache.get(stream) ?? (await readCreation(journals, stream))?.interface ?? null
    if (found) cache.set(stream, found)
    return found
  }
}

/** The journal line of a stream's creation; null when it is lost. */
export async function readCreation(
  journals: Pick<JournalReader, 'of' | 'read'>,
  stream: string,
): Promise<Extract<JournalEntry, { kind: 'stream-created' }> | null> {
  for (const name of await journals.of(stream)) {
    const { lines } = await journals.read(stream, name, 0)
    for (const { entry } of lines) if (entry.kind === 'stream-created') return entry
  }
  return null
}
