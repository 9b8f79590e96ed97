import { createHash } from 'node:crypto'
import { readManifest } from '../../media/inspect-manifest.ts'
import { createInspector } from '../../media/isobmff/inspector.ts'
import type { TestObject } from './arrivals.ts'

/** An object with what its bytes say. */
export function sentBytes(path: string, body: Buffer | string): TestObject {
  const bytes = Buffer.from(body)
  const inspector = createInspector()
  inspector.add(bytes)
  const media = inspector.result()
  const { kind } = media
  const manifest = kind === 'mpd' || kind === 'playlist' ? readManifest(bytes, path, kind) : {}
  return {
    path,
    inspection: { ...media, mpd: null, playlist: null, ...manifest },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    byteCount: bytes.length,
  }
}
