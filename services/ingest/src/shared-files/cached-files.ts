import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { CachedFiles, ChangeCounts, SharedFiles } from './ports.ts'

const maxCached = 10_000
/** A change that was not counted, because its machine died just then, is seen after so long. */
const maxAgeMs = 60_000

interface CachedFilesDeps {
  readonly files: SharedFiles
  readonly counts: ChangeCounts
  readonly intervalMs: number
  readonly log: Pick<Logger, 'warn'>
}

/**
 * Reads each file and folder once, and again when its top folder was changed by another machine, which this process
 * notices within `intervalMs` while Redis responds.
 */
export function cachedFiles({ files, counts, intervalMs, log }: CachedFilesDeps): CachedFiles {
  const texts = createLru<string, { readonly text: string | null }>(maxCached)
  const lists = createLru<string, readonly string[]>(maxCached)
  const listeners: (() => void)[] = []
  /** Changes of this process that are not published yet, by top folder. */
  const unpublished = new Set<string>()
  let known: Readonly<Record<string, string>> = {}
  let allAtMs = performance.now()
  /** Counts up when the cache is emptied: what was asked for before is not put into it. */
  let generation = 0
  const timer = setInterval(() => void poll().catch(() => undefined), intervalMs).unref()
  return {
    async read(name) {
      const cached = texts.get(name)
      if (cached) return cached.text
      const asked = generation
      const text = await files.read(name)
      if (asked === generation) texts.set(name, { text })
      return text
    },
    async list(folder) {
      const cached = lists.get(folder)
      if (cached) return cached
      const asked = generation
      const names = await files.list(folder)
      if (asked === generation) lists.set(folder, names)
      return names
    },
    create: (name, text) => change([name], () => files.create(name, text)),
    replace: (name, text) => change([name], () => files.replace(name, text)),
    remove: (names) => change(names, () => files.remove(names)),
    forget: () => forgetIn(() => true),
    onChange: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => clearInterval(timer),
  }

  async function change<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const folders = new Set(names.map(topOf))
    try {
      return await work()
    } finally {
      forgetIn((folder) => folders.has(folder))
      for (const folder of folders) unpublished.add(folder)
      await publishChanges().catch((error) => log.warn({ error }, 'other machines see a change later'))
    }
  }

  async function publishChanges(): Promise<void> {
    for (const folder of unpublished) {
      await counts.add(folder)
      unpublished.delete(folder)
    }
  }

  async function poll(): Promise<void> {
    if (unpublished.size > 0) await publishChanges().catch(() => undefined)
    const isOld = performance.now() - allAtMs > maxAgeMs
    const read = await counts.read().catch((error) => {
      if (isOld) return known
      throw error
    })
    const changed = new Set(
      Object.keys({ ...known, ...read }).filter((folder) => known[folder] !== read[folder]),
    )
    known = read
    if (!isOld && changed.size === 0) return
    if (isOld) allAtMs = performance.now()
    forgetIn((folder) => isOld || changed.has(folder))
    for (const listener of listeners) listener()
  }

  function forgetIn(isStale: (folder: string) => boolean): void {
    generation++
    for (const cache of [texts, lists])
      for (const [name] of [...cache.entries()]) if (isStale(topOf(name))) cache.delete(name)
  }
}

const topOf = (name: string): string => name.slice(0, name.indexOf('/'))
