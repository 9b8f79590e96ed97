import type { EventBus } from '../events/event-bus.ts'
import type { Bodies, StagedBody, UploadFacts } from './ports.ts'

/** Bodies whose first byte, and whose end without being kept, are told to the feed. */
export function withUploadEvents(bodies: Bodies, feed: Pick<EventBus, 'publish'>, now: () => Date): Bodies {
  return { ...bodies, stage: async (facts) => telling(await bodies.stage(facts)), keepAtOnce }

  function telling(staged: StagedBody): StagedBody {
    let bytes = 0
    let isKept = false
    return {
      ...staged,
      async write(more) {
        if (bytes === 0) tellStart(staged.facts)
        bytes += more.length
        await staged.write(more)
      },
      async keep(follow) {
        const followed = await staged.keep(follow)
        isKept = true
        return followed
      },
      async [Symbol.asyncDispose]() {
        if (bytes > 0 && !isKept) tellEnd(staged.facts, bytes)
        await staged[Symbol.asyncDispose]()
      },
    }
  }

  async function keepAtOnce<Result>(
    facts: UploadFacts,
    bytes: Uint8Array,
    follow: () => Promise<Result>,
  ): Promise<Result> {
    tellStart(facts)
    try {
      return await bodies.keepAtOnce(facts, bytes, follow)
    } catch (error) {
      tellEnd(facts, bytes.length)
      throw error
    }
  }

  function tellStart({ stream, id: upload, path, method, sender }: UploadFacts): void {
    const at = now().toISOString()
    feed.publish({ kind: 'upload-started', stream, upload, path, at, method, address: sender.address })
  }

  function tellEnd({ stream, id: upload, path }: UploadFacts, bytes: number): void {
    feed.publish({ kind: 'upload-aborted', stream, upload, path, at: now().toISOString(), bytes })
  }
}
