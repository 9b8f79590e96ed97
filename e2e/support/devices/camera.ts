import { as, curl, type Identity } from '../../clients/curl.ts'
import type { Standalone } from '../../server/standalone.ts'
import type { RecordedObject } from '../media/matter-recording.ts'

/** Pushes as libcurl in the camera does: HTTP/2, one object after the other, a fresh connection for each. */
export async function pushAsCamera(
  server: Standalone,
  device: Identity,
  stream: string,
  objects: readonly RecordedObject[],
): Promise<void> {
  for (const { path, type, body, headers = [] } of objects) {
    const all = [`Content-Type: ${type}`, `Content-Length: ${body.length}`, ...headers]
    const args = [...as(device), '--http2', '-T', '-', ...all.flatMap((header) => ['-H', header])]
    const { status, httpVersion, text } = await curl(server, `/streams/${stream}/${path}`, args, body)
    if (status !== 202 || httpVersion !== '2') throw new Error(`${path}: ${status} ${httpVersion} ${text}`)
  }
}

/** The same recording as another session. */
export const asSession = (number: number, objects: readonly RecordedObject[]): readonly RecordedObject[] =>
  objects.map((object) => ({ ...object, path: object.path.replace(/^session_\d+/, `session_${number}`) }))
