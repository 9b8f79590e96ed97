import { createBodyMeter } from './body/stage-body.ts'
import { type CommitUploadDeps, commitUpload } from './commit-upload.ts'
import type { UploadStore } from './ports.ts'
import { createUploadEvents, type UploadEventsDeps } from './upload-events.ts'

interface RecoverUploadsDeps extends CommitUploadDeps, UploadEventsDeps {
  readonly store: Pick<UploadStore, 'leftBehind' | 'commit'>
}

/**
 * Commits what an instance was receiving when it died, as cut-off uploads; returns how many. Throws what
 * `UploadStore.commit` throws.
 */
export function recoverUploadsWith(deps: RecoverUploadsDeps) {
  return async function recoverUploads(instance: string): Promise<number> {
    let recovered = 0
    for await (const staged of deps.store.leftBehind(instance)) {
      const { facts } = staged
      using events = createUploadEvents(deps, facts, null, null)
      const meter = createBodyMeter({ isPart: facts.part !== undefined })
      for await (const bytes of staged.read()) meter.add(bytes)
      const stats = meter.result(false)
      const { verdict } = await commitUpload(deps, { facts, bytes: staged, stats, events })
      await verdict
      await staged[Symbol.asyncDispose]()
      recovered++
    }
    return recovered
  }
}
