import type { Readable } from 'node:stream'

export interface Output extends Disposable {
  /** The exit code that stands behind the mark. */
  readonly code: Promise<number>
  text(): string
}

const codeDigits = 3

/**
 * One command's part of an output that many share: all up to a mark that the command cannot know. Keeps so
 * many bytes and lets the rest go by, so that the writer is never blocked.
 */
export function outputUntil(mark: string, output: Readable, maxBytes: number, onMore?: () => void): Output {
  const endBytes = mark.length + codeDigits + 1
  const kept: Buffer[] = []
  let size = 0
  let tail = Buffer.alloc(0)
  const { promise: code, resolve } = Promise.withResolvers<number>()
  output.on('data', take)
  return {
    code,
    text: () => Buffer.concat(kept).subarray(0, Math.min(size, maxBytes)).toString(),
    [Symbol.dispose]: () => void output.off('data', take),
  }

  function take(bytes: Buffer): void {
    const room = Math.max(0, maxBytes - size)
    if (room > 0) kept.push(bytes.subarray(0, room))
    size += bytes.length
    tail = Buffer.concat([tail, bytes.subarray(-endBytes)]).subarray(-endBytes)
    const end = tail.toString('latin1')
    if (end.startsWith(mark)) {
      size -= endBytes
      resolve(Number(end.slice(mark.length)))
    } else if (size > maxBytes + endBytes) onMore?.()
  }
}
