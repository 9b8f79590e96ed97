import { createLru } from '@pushav/shared/lib/lru.ts'
import { Refusal } from '../lib/refusal.ts'
import type { GrantFiles, KeyHolder, StreamGrants } from './ports.ts'

const maxCached = 10_000
/** How long another ingest process may still apply grants that were changed here. */
const cacheMs = 1_000
const maxMembers = 1_000

/** Whose streams are, and who shares them. All methods throw what `GrantFiles` throws. */
export interface StreamAccess {
  /** Returns no promise where they are cached, so that an upload costs a look-up only. */
  of(stream: string): StreamGrants | Promise<StreamGrants>
  /** A new stream belongs to the key that it was created with; null for admins only. */
  setOwner(stream: string, owner: string | null): Promise<StreamGrants>
  share(stream: string, member: KeyHolder): Promise<StreamGrants>
  /** Throws the refusal `object-unknown` when the stream is not shared with that key. */
  unshare(stream: string, key: string): Promise<StreamGrants>
}

interface StreamAccessDeps {
  readonly files: GrantFiles
  /** Hash of the key that a stream was created with before grants were stored; null for none that is known. */
  readonly keyOfCreator: (stream: string) => Promise<string | null>
  /** Runs changes of one stream one after the other. */
  readonly runExclusively: <Result>(key: string, work: () => Promise<Result>) => Promise<Result>
  readonly now: () => Date
}

export function streamAccessWith(deps: StreamAccessDeps): StreamAccess {
  const { files, keyOfCreator, runExclusively, now } = deps
  const cache = createLru<string, { readonly grants: StreamGrants; readonly readMs: number }>(maxCached)
  const reading = new Map<string, Promise<StreamGrants>>()
  return {
    of(stream) {
      const cached = cache.get(stream)
      return cached && now().getTime() - cached.readMs < cacheMs ? cached.grants : readOnce(stream)
    },
    setOwner: (stream, owner) => change(stream, (grants) => ({ ...grants, owner })),
    share: (stream, member) =>
      change(stream, ({ owner, members }) => {
        const others = members.filter(({ key }) => key !== member.key)
        if (others.length >= maxMembers)
          throw new Refusal('request-malformed', `a stream is shared with at most ${maxMembers} keys`)
        return { owner, members: [...others, member] }
      }),
    unshare: (stream, key) =>
      change(stream, ({ owner, members }) => {
        const others = members.filter((member) => member.key !== key)
        if (others.length === members.length)
          throw new Refusal('object-unknown', `stream ${stream} is not shared with the key ${key}`)
        return { owner, members: others }
      }),
  }

  async function read(stream: string): Promise<StreamGrants> {
    return (await files.read(stream)) ?? { owner: await keyOfCreator(stream), members: [] }
  }

  /** Requests that come together share one reading; what it finds is not kept where a change has come meanwhile. */
  function readOnce(stream: string): Promise<StreamGrants> {
    const running = reading.get(stream)
    if (running) return running
    const begun: Promise<StreamGrants> = read(stream)
      .then((grants) => (reading.get(stream) === begun ? cached(stream, grants) : grants))
      .finally(() => {
        if (reading.get(stream) === begun) reading.delete(stream)
      })
    reading.set(stream, begun)
    return begun
  }

  function change(stream: string, to: (grants: StreamGrants) => StreamGrants): Promise<StreamGrants> {
    return runExclusively(stream, async () => {
      const grants = to(await read(stream))
      await files.write(stream, grants)
      reading.delete(stream)
      return cached(stream, grants)
    })
  }

  function cached(stream: string, grants: StreamGrants): StreamGrants {
    cache.set(stream, { grants, readMs: now().getTime() })
    return grants
  }
}
