import { readFile } from 'node:fs/promises'
import { createApi } from '../api.ts'
import type { Bench } from '../bench.ts'
import { type ServerUnderTest, shortWarmUp } from './server-under-test.ts'

/** Any server that takes uploads below a URL. Each run uses a folder of its own. */
export function externalServer(bench: Bench, url: string): ServerUnderTest {
  const begun = Date.now()
  let runs = 0
  return {
    name: 'against',
    warmUp: shortWarmUp,
    async start(cameras = 1) {
      const { cacert, cert, key } = bench.options
      const { identity } = bench
      const theirs = {
        cacert: cacert ?? identity.cacert,
        cert: cert ?? identity.cert,
        key: key ?? identity.key,
      }
      const folder = `bench-${begun}-${++runs}`
      using api = await createApi(url, theirs, bench.signal)
      const init = await readFile(bench.media.init)
      for (let camera = 1; camera <= cameras; camera++) {
        const { status } = await api.call('PUT', `/${folder}-${camera}/video_init.mp4`, init)
        if (status >= 300) throw new Error(`${url} answered ${status} to the init segment`)
      }
      return {
        url: `${url}/${folder}-${cameras > 1 ? '{c}' : 1}/video_{n}.m4s`,
        identity: theirs,
        processorTime: async () => new Map(),
        processIds: async () => new Map(),
        faultsAfter: async () => [],
        [Symbol.asyncDispose]: async () => {},
      }
    },
  }
}
