import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import { codeOf } from './cannot-start.ts'

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants

/**
 * A FIFO that every process of a run inherits open. However they end, the kernel closes their ends,
 * so the next run can see when the last one is gone.
 */
export function openLifeline(path: string): number {
  execFileSync('mkfifo', ['-m', '600', path])
  return openSync(path, O_RDWR | O_NONBLOCK)
}

/** Waits until nobody holds the lifeline any more; false when somebody still does after that time. */
export async function isReleased(path: string, withinMs: number): Promise<boolean> {
  const end = openSync(path, O_RDONLY | O_NONBLOCK)
  if (isAtEnd(end)) {
    closeSync(end)
    return true
  }
  const input = new Socket({ fd: end, readable: true, writable: false }).resume()
  try {
    await once(input, 'end', { signal: AbortSignal.timeout(withinMs) })
    return true
  } catch {
    return false
  } finally {
    input.destroy()
  }
}

function isAtEnd(end: number): boolean {
  try {
    return readSync(end, Buffer.alloc(1)) === 0
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return false
    throw error
  }
}
