import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Journals } from '../../uploads/ports.ts'
import type { DigestJournals } from '../read-evidence.ts'

/** A journal, digested up to the end of a line. */
interface JournalDigest {
  readonly bytes: number
  readonly hash: Hash
}

const maxJournals = 256

/** Journals are appended to only, so that each byte is read once. */
export function digestJournalsWith(journals: Pick<Journals, 'of'>, workingDirectory: string): DigestJournals {
  const known = createLru<string, JournalDigest>(maxJournals)
  const runExclusively = createKeyedMutex()
  return async function digestJournals(stream) {
    const names = (await journals.of(stream)).toSorted()
    const digests = await Promise.all(
      names.map(async (name) => {
        const path = join(workingDirectory, 'journals', stream, name)
        const digested = await runExclusively(path, () => advance(path))
        return digested && { name, bytes: digested.bytes, sha256: digested.hash.copy().digest('hex') }
      }),
    )
    return digests.filter((digest) => digest !== null)
  }

  /** Null for a journal that another machine has. */
  async function advance(path: string): Promise<JournalDigest | null> {
    const found = await stat(path).catch(nullIfAbsent)
    if (!found) return null
    const { size } = found
    const before = known.get(path)
    // A loss of power may have taken lines.
    const from = before && before.bytes <= size ? before : { bytes: 0, hash: createHash('sha256') }
    // A copy, so that a read that fails leaves what is known as it was.
    const copy = { ...from, hash: from.hash.copy() }
    const digested = size > from.bytes ? await digestFrom(path, copy, size) : from
    known.set(path, digested)
    return digested
  }
}

async function digestFrom(
  path: string,
  { bytes: start, hash }: JournalDigest,
  size: number,
): Promise<JournalDigest> {
  let bytes = start
  let rest: readonly Buffer[] = []
  for await (const part of createReadStream(path, { start, end: size - 1 }) as AsyncIterable<Buffer>) {
    const end = part.lastIndexOf('\n') + 1
    if (end > 0) {
      for (const whole of [...rest, part.subarray(0, end)]) {
        hash.update(whole)
        bytes += whole.length
      }
      rest = []
    }
    if (end < part.length) rest = [...rest, part.subarray(end)]
  }
  return { bytes, hash }
}
