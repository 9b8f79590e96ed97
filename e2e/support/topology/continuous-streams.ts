import { equal } from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bareEnv } from '@pushav/shared/testing/bare-env.ts'
import { until } from '@pushav/shared/testing/until.ts'
import type { Ingest } from '../../../services/ingest/src/testing/ingest.ts'
import type { Media } from '../media/media.ts'

const reindexMain = new URL('../../../services/ingest/src/reindex.ts', import.meta.url).pathname

/** Creates streams with an init segment each, to which segments are pushed all at once. */
export function continuousStreams(
  ingest: Ingest,
  ids: readonly string[],
  { init, segment }: Pick<Media, 'init' | 'segment'>,
) {
  let fed = 0
  return {
    async create(): Promise<void> {
      for (const id of ids) equal((await ingest.send('POST', '/streams')).json.stream_id, Number(id))
      await Promise.all(ids.map((id) => put(id, 'v/init.cmfv', init)))
    },
    /** Pushes a segment to each stream, one with a wrong name, and one that is not media. */
    async feed(): Promise<void> {
      fed++
      await Promise.all(
        ids.map(async (id) => {
          await put(id, `v/${fed}.cmfv`, segment)
          await put(id, `v/${fed}.txt`, `nonsense ${fed}`)
        }),
      )
    },
    /** Resolves when all uploads have a verdict and a probe. */
    untilThrough: () =>
      until('all verdicts and probes', async () => {
        const counts = await Promise.all(ids.map(throughOf))
        return counts.every((count) => count === 1 + 2 * fed)
      }),
  }

  async function put(id: string, path: string, body: Buffer | string): Promise<void> {
    const { status, text } = await ingest.put(`/streams/${id}/${path}`, body)
    equal(Math.floor(status / 100), 2, `${id} ${path}: ${text}`)
  }

  async function throughOf(id: string): Promise<number> {
    const { status, json } = await ingest.get(`/streams/${id}/uploads`)
    if (status !== 200) return 0
    return json.uploads.filter(({ probe }: { probe: string }) => probe !== 'pending').length
  }
}

/** All that the API says about all streams. */
export async function apiContents(ingest: Ingest): Promise<unknown> {
  const { streams } = (await ingest.get('/streams')).json
  const rest = []
  for (const { id, sessions } of streams) {
    const { uploads } = (await ingest.get(`/streams/${id}/uploads`)).json
    for (const { path } of uploads) rest.push((await ingest.get(`/probe/${id}/${path}`)).json)
    rest.push(uploads, (await ingest.get(`/streams/${id}/report`)).json)
    for (const { key } of sessions) rest.push((await ingest.get(`/streams/${id}/report?session=${key}`)).json)
  }
  return { streams, rest, summary: (await ingest.get('/streams?summary=true')).json }
}

/** Subscribes to events; the result has the kinds of those that have arrived. */
export async function listenTo(ingest: Ingest) {
  const request = ingest.begin('GET', '/events')
  request.end()
  const [response] = await once(request, 'response')
  const kinds = new Set<string>()
  createInterface({ input: response })
    .on('line', (line) => {
      if (line.startsWith('data: ')) kinds.add(JSON.parse(line.slice(6)).kind)
    })
    .on('error', () => undefined)
  return { kinds, [Symbol.dispose]: () => request.destroy() }
}

/** Runs the process of `npm run reindex` to its end. */
export async function reindex(settings: Record<string, string>): Promise<void> {
  const env = { ...bareEnv(), HANDOVER_FILE: '/dev/null', LOG_LEVEL: 'warn', ...settings }
  const [code] = await once(fork(reindexMain, { env }), 'exit')
  equal(code, 0, 'the exit code of reindex')
}
