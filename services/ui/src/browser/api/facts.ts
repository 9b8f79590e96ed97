import { getJson } from './client.ts'
import type { UploadFacts } from './types.ts'

/** Everything about one upload. */
export const getFacts = (stream: string, upload: string): Promise<UploadFacts> =>
  getJson<UploadFacts>(`/uploads/${stream}/${upload}/facts`)

/** Id of the newest upload at a path of a stream. */
export async function newestAt(stream: string, encodedPath: string): Promise<string> {
  const response = await fetch(`/streams/${stream}/${encodedPath}`, { method: 'HEAD' })
  if (!response.ok)
    throw new Error(
      response.status === 404 ? 'there is no object at this path' : `the server answered ${response.status}`,
    )
  const upload = (response.headers.get('etag') ?? '').replace(/^(W\/)?"|"$/g, '')
  // A route of the API, such as that of the report, has no upload.
  if (!upload) throw new Error('there is no object at this path')
  return upload
}
