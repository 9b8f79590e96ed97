import type { Operation } from './operations.ts'

/**
 * Works on their way to the thread: all bodies in one part of memory, which is handed over, and besides that one
 * list. An object for each work, or memory for each body, takes longer to pass than the work itself.
 */
export interface PackedOperations {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Four for each work: kind, chain, path and what else the kind needs. */
  readonly words: readonly Word[]
}

type Word = string | number | boolean | readonly [string, string]

const wordsOfOne = 4

export function packOperations(works: readonly Operation[]): PackedOperations {
  const bytes = Buffer.allocUnsafeSlow(works.reduce((sum, work) => sum + sizeOf(work), 0))
  const words: Word[] = []
  let at = 0
  for (const work of works) {
    words.push(work.kind, work.chain, work.path, restOf(work))
    if (work.kind === 'create') bytes.set(work.bytes, at)
    at += sizeOf(work)
  }
  return { bytes, words }
}

export function unpackOperations({ bytes, words }: PackedOperations): readonly Operation[] {
  const works: Operation[] = []
  let at = 0
  for (let first = 0; first < words.length; first += wordsOfOne) {
    const [kind, chain, path, rest] = words.slice(first, first + wordsOfOne)
    const end = kind === 'create' ? at + Number(rest) : at
    // `packWorks` put them there.
    works.push(
      workOf(kind as Operation['kind'], chain as string, path as string, rest, bytes.subarray(at, end)),
    )
    at = end
  }
  return works
}

const sizeOf = (work: Operation): number => (work.kind === 'create' ? work.bytes.length : 0)

function restOf(work: Operation): Word {
  switch (work.kind) {
    case 'create':
      return work.bytes.length
    case 'append':
      return work.line
    case 'link':
      return [work.target, work.fresh]
    case 'unlink':
      return work.folder
  }
}

function workOf(
  kind: Operation['kind'],
  chain: string,
  path: string,
  rest: unknown,
  bytes: Uint8Array,
): Operation {
  switch (kind) {
    case 'create':
      return { kind, chain, path, bytes }
    case 'append':
      return { kind, chain, path, line: rest as string }
    case 'link': {
      const [target, fresh] = rest as readonly [string, string]
      return { kind, chain, path, target, fresh }
    }
    case 'unlink':
      return { kind, chain, path, folder: rest as boolean }
  }
}
