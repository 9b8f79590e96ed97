import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { withSecretsFor } from '../processes/secret-variables.ts'

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants

/**
 * Makes a FIFO and returns an open file descriptor, which every process of a run inherits. The kernel closes the
 * descriptor of a process however it ends, so the next run sees when the last process of this run is gone.
 */
export function openLivenessFifo(path: string): number {
  execFileSync('mkfifo', ['-m', '600', path], { env: withSecretsFor('tool', process.env) })
  return openSync(path, O_RDWR | O_NONBLOCK)
}

/** Waits until no process has the FIFO open. Resolves with false when a process still has it open after `timeoutMs`. */
export async function waitUntilReleased(path: string, timeoutMs: number): Promise<boolean> {
  const fd = openSync(path, O_RDONLY | O_NONBLOCK)
  if (isAtEnd(fd)) {
    closeSync(fd)
    return true
  }
  const input = new Socket({ fd, readable: true, writable: false }).resume()
  try {
    await once(input, 'end', { signal: AbortSignal.timeout(timeoutMs) })
    return true
  } catch {
    return false
  } finally {
    input.destroy()
  }
}

function isAtEnd(fd: number): boolean {
  try {
    return readSync(fd, Buffer.alloc(1)) === 0
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return false
    throw error
  }
}
