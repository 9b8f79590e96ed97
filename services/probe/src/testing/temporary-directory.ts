import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one test; disposal removes it with all that is in it. */
export async function temporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'probe-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
