import type { Readable } from 'node:stream'

/** The output of one command. Disposal stops reading. */
interface MarkedOutput extends Disposable {
  /** The exit code that follows the marker. */
  readonly code: Promise<number>
  text(): string
}

const codeDigits = 3

/**
 * Reads one command's output from a pipe that many commands share: everything up to a marker that the command cannot
 * know. Keeps the first `maxBytes` and drops the rest, so that the command never blocks on the pipe. Each read after
 * the limit calls `onLimit`.
 */
export function readUntilMarker(
  marker: string,
  output: Readable,
  maxBytes: number,
  onLimit?: () => void,
): MarkedOutput {
  const endBytes = marker.length + codeDigits + 1
  const chunks: Buffer[] = []
  let size = 0
  let tail = Buffer.alloc(0)
  const { promise: code, resolve } = Promise.withResolvers<number>()
  output.on('data', receive)
  return {
    code,
    text: () => Buffer.concat(chunks).subarray(0, Math.min(size, maxBytes)).toString(),
    [Symbol.dispose]: () => void output.off('data', receive),
  }

  function receive(bytes: Buffer): void {
    const remaining = Math.max(0, maxBytes - size)
    if (remaining > 0) chunks.push(bytes.subarray(0, remaining))
    size += bytes.length
    tail = Buffer.concat([tail, bytes.subarray(-endBytes)]).subarray(-endBytes)
    const end = tail.toString('latin1')
    if (end.startsWith(marker)) {
      size -= endBytes
      resolve(Number(end.slice(marker.length)))
    } else if (size > maxBytes + endBytes) onLimit?.()
  }
}
