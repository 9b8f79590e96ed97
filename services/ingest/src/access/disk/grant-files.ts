import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { isStreamId } from '@pushav/shared/paths.ts'
import { z } from 'zod'
import { Refusal } from '../../lib/refusal.ts'
import type { GrantFiles } from '../ports.ts'

const grants = z.object({
  owner: z.string().nullable(),
  members: z.array(z.object({ key: z.string(), name: z.string().nullable() })),
})

/** `journals/<stream>/access.json`, which goes with the stream. */
export function diskGrantFiles(workingDirectory: string): GrantFiles {
  const fileOf = (stream: string) => join(workingDirectory, 'journals', stream, 'access.json')
  return {
    async read(stream) {
      if (!isStreamId(stream)) return null
      const text = await readFile(fileOf(stream), 'utf8').catch(nullIfAbsent)
      return text === null ? null : grants.parse(JSON.parse(text))
    },
    async write(stream, next) {
      await replaceFile(fileOf(stream), `${JSON.stringify(next)}\n`).catch((error) => {
        // A stream that is deleted takes the folder of its grants along.
        if (errorCode(error) !== 'ENOENT') throw error
        throw new Refusal('stream-unknown', `stream ${stream} has been deleted`)
      })
    },
  }
}
