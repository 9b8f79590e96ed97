import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { InspectionArchive } from '../../indexing/inspect-upload.ts'
import type { Inspection } from '../../media/inspection.ts'
import { bundleNameOf, type InspectionBundle, mayHold } from '../../retention/inspection-bundle.ts'
import { RecordChanged } from '../ports.ts'
import { bodyOf, type ObjectStore, readObject } from './object-store.ts'
import { inspectionsPrefix } from './store-keys.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)
const maxStreams = 64
const maxObjects = 4

/** Objects `inspections/<stream>/<name of a bundle>`; what is saved is stored on this disk as well. */
export function s3Inspections(local: InspectionArchive, store: ObjectStore): InspectionArchive {
  const lists = createLru<string, readonly string[]>(maxStreams)
  const contents = createLru<string, InspectionBundle>(maxObjects)
  return {
    async save(stream, inspections) {
      const key = `${inspectionsPrefix(stream)}${bundleNameOf(inspections)}`
      const bytes = await compress(JSON.stringify(Object.fromEntries(inspections)))
      await store.put(key, bodyOf(bytes))
      await local.save(stream, inspections)
    },
    async find(stream, upload) {
      const known = lists.get(stream)
      return (
        (await local.find(stream, upload)) ??
        (known && (await findIn(known, upload))) ??
        (await findIn(await list(stream), upload))
      )
    },
    async removeStream(stream) {
      lists.delete(stream)
      await local.removeStream(stream)
      await store.removeAll(inspectionsPrefix(stream))
    },
  }

  async function list(stream: string): Promise<readonly string[]> {
    const keys: string[] = []
    for await (const { key } of store.list(inspectionsPrefix(stream))) keys.push(key)
    lists.set(stream, keys)
    return keys
  }

  async function findIn(keys: readonly string[], upload: string): Promise<Inspection | null> {
    for (const key of keys) {
      if (!mayHold(key.slice(key.lastIndexOf('/') + 1), upload)) continue
      const found = (await inspectionsIn(key))[upload]
      if (found !== undefined) return found
    }
    return null
  }

  async function inspectionsIn(key: string): Promise<InspectionBundle> {
    const known = contents.get(key)
    if (known) return known
    const bytes = await readObject(store, key)
    if (!bytes) throw new RecordChanged(`${key} in the store is gone`)
    // This process or another of its version wrote it.
    const found = JSON.parse((await decompress(bytes)).toString()) as InspectionBundle
    contents.set(key, found)
    return found
  }
}
