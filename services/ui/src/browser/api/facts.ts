import { getJson } from './client.ts'
import { legacyFacts } from './legacy.ts'
import type { UploadFacts } from './types.ts'

/** Everything about one upload. */
export async function getFacts(stream: string, upload: string): Promise<UploadFacts> {
  try {
    return await getJson<UploadFacts>(`/uploads/${stream}/${upload}/facts`)
  } catch {
    for (let cursor: number | null = 0; cursor !== null; ) {
      // biome-ignore lint/suspicious/noExplicitAny: temporary
      const page: any = await getJson(`/streams/${stream}/uploads?limit=1000&cursor=${cursor}`)
      // biome-ignore lint/suspicious/noExplicitAny: temporary
      const found = page.uploads.find((u: any) => u.id === upload)
      if (found) return legacyFacts(found)
      cursor = page.next_cursor
    }
    throw new Error('there is no such upload')
  }
}

/** Id of the newest upload at a path of a stream. */
export async function newestAt(stream: string, encodedPath: string): Promise<string> {
  const response = await fetch(`/streams/${stream}/${encodedPath}`, { method: 'HEAD' })
  if (!response.ok)
    throw new Error(
      response.status === 404 ? 'there is no object at this path' : `the server answered ${response.status}`,
    )
  return (response.headers.get('etag') ?? '').replace(/^(W\/)?"|"$/g, '')
}
