import type { FileHandle } from 'node:fs/promises'
import { freeMemory } from '@pushav/shared/lib/free-memory.ts'

/** More than this waits to be written before a writer has to wait. */
const maxPendingBytes = 131_072

/** Appends to a file while more is on its way: what comes during one system call goes into the next together. */
export interface WriteBehind {
  /**
   * Takes the bytes, whose memory is freed once they are written. Resolves when more may come; throws the system's
   * error, also of an earlier write.
   */
  write(bytes: Uint8Array): Promise<void>
  /** Resolves when all bytes are in the file; throws the system's error. */
  written(): Promise<void>
}

export function createWriteBehind(file: FileHandle): WriteBehind {
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let writing: Promise<void> | null = null
  let failure: unknown = null

  return {
    async write(bytes) {
      if (failure) throw failure
      pending.push(bytes)
      pendingBytes += bytes.length
      writing ??= writePending()
      if (pendingBytes > maxPendingBytes) await writing
      if (failure) throw failure
    },
    async written() {
      await writing
      if (failure) throw failure
    },
  }

  async function writePending(): Promise<void> {
    try {
      while (pending.length > 0) {
        const pieces = pending
        pending = []
        pendingBytes = 0
        await writeAll(file, pieces)
        for (const piece of pieces) freeMemory(piece)
      }
    } catch (error) {
      failure = error
    } finally {
      writing = null
    }
  }
}

/** A disk that is nearly full may take only some of the bytes. */
async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  let { bytesWritten: written } = await file.writev(pieces)
  for (const piece of pieces) {
    for (let from = written; from < piece.length; ) from += (await file.write(piece, from)).bytesWritten
    written = Math.max(0, written - piece.length)
  }
}
