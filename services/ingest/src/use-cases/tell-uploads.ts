import type { Bodies, Feed, StagedBody } from './ports.ts'

/** Bodies whose first byte, and whose end without being kept, are told to the feed. */
export function tellingBodies(bodies: Bodies, feed: Pick<Feed, 'publish'>, now: () => Date): Bodies {
  return { ...bodies, stage: async (facts) => telling(await bodies.stage(facts)) }

  function telling(staged: StagedBody): StagedBody {
    const { id: upload, stream, path, method, sender } = staged.facts
    let bytes = 0
    let isKept = false
    return {
      ...staged,
      async write(more) {
        if (bytes === 0) feed.publish({ kind: 'upload-started', ...facts(), method, address: sender.address })
        bytes += more.length
        await staged.write(more)
      },
      async keep(follow) {
        const followed = await staged.keep(follow)
        isKept = true
        return followed
      },
      async [Symbol.asyncDispose]() {
        if (bytes > 0 && !isKept) feed.publish({ kind: 'upload-aborted', ...facts(), bytes })
        await staged[Symbol.asyncDispose]()
      },
    }

    function facts() {
      return { stream, upload, path, at: now().toISOString() }
    }
  }
}
