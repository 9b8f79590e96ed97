import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { InspectionArchive } from '../../indexing/inspect-upload.ts'
import type { Inspection } from '../../media/inspection.ts'
import { RecordChanged } from '../ports.ts'
import { bodyOf, type ObjectStore, readObject } from './object-store.ts'
import { inspectionsPrefix } from './store-keys.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)
const maxStreams = 64
const maxObjects = 4

type Inspections = Readonly<Record<string, Inspection | null>>

/**
 * Objects `inspections/<stream>/<lowest id>_<highest id>_<random>`, each with the inspections of some uploads; stored
 * on this disk as well.
 */
export function s3Inspections(local: InspectionArchive, store: ObjectStore): InspectionArchive {
  const lists = createLru<string, readonly string[]>(maxStreams)
  const contents = createLru<string, Inspections>(maxObjects)
  return {
    async save(stream, inspections) {
      const ids = [...inspections.keys()].sort()
      const key = `${inspectionsPrefix(stream)}${ids[0]}_${ids.at(-1)}_${randomUUID()}`
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
      const [lowest = '', highest = ''] = key.slice(key.lastIndexOf('/') + 1).split('_')
      if (upload < lowest || upload > highest) continue
      const found = (await inspectionsIn(key))[upload]
      if (found !== undefined) return found
    }
    return null
  }

  async function inspectionsIn(key: string): Promise<Inspections> {
    const known = contents.get(key)
    if (known) return known
    const bytes = await readObject(store, key)
    if (!bytes) throw new RecordChanged(`${key} in the store is gone`)
    // This process or another of its version wrote it.
    const found = JSON.parse((await decompress(bytes)).toString()) as Inspections
    contents.set(key, found)
    return found
  }
}
