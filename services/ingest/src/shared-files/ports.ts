import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'

/**
 * Small files that all machines have in common, by names with slashes. All methods throw `Unavailable` while the
 * place where they are does not respond.
 */
export interface SharedFiles {
  /** Null where there is none. */
  read(name: string): Promise<string | null>
  /** False where there is one of that name, which stays. */
  create(name: string, text: string): Promise<boolean>
  replace(name: string, text: string): Promise<void>
  /** Names below a folder, without its own, sorted. */
  list(folder: string): Promise<readonly string[]>
  /** Removes files; those that are gone already are passed over. */
  remove(names: readonly string[]): Promise<void>
}

/** Counts the changes of each top folder, so that machines notice those of others. */
export interface ChangeCounts {
  /** Throws `Unavailable`. */
  read(): Promise<Readonly<Record<string, string>>>
  /** Throws `Unavailable`. */
  add(folder: string): Promise<void>
}

/** Shared files of which this process remembers what it has read. */
export interface CachedFiles extends SharedFiles, Disposable {
  /** What is read from here on is read anew. */
  forget(): void
  /** Calls the listener when a machine has changed a folder, and once a minute. */
  onChange(listener: () => void): void
}

/** What all machines have in common beside uploads: certificates, tokens, sign-ins, owners, webhooks. */
export interface SharedSecrets {
  /** Changes of other machines are seen a second later. */
  readonly files: CachedFiles
  /** Reads anew each time. */
  readonly fresh: SharedFiles
  /** A mutex between all machines; what its tasks read with `files` is read anew. */
  readonly runExclusively: KeyedMutex
}
