/**
 * The uploads whose journal lines are still to come: what a manifest names may be among them, and is not missing then.
 */
export interface OpenUploads {
  /** Opens an upload; disposal does what `end` does. */
  begin(stream: string, upload: string, path: string): Disposable
  /** Closes an upload: its journal line is written now, or never. */
  end(stream: string, upload: string): void
  /** Paths of the other open uploads of a stream, up to 32. */
  pathsBeside(stream: string, upload: string): readonly string[]
}

/** A device has one or a few uploads at once for each of its tracks. */
const maxPaths = 32

const none: readonly string[] = []

export function createOpenUploads(): OpenUploads {
  const streams = new Map<string, Map<string, string>>()
  return { begin, end, pathsBeside }

  function begin(stream: string, upload: string, path: string): Disposable {
    const open = streams.get(stream) ?? new Map<string, string>()
    streams.set(stream, open.set(upload, path))
    return { [Symbol.dispose]: () => end(stream, upload) }
  }

  function end(stream: string, upload: string): void {
    const open = streams.get(stream)
    open?.delete(upload)
    if (open?.size === 0) streams.delete(stream)
  }

  function pathsBeside(stream: string, upload: string): readonly string[] {
    const open = streams.get(stream)
    if (open === undefined || (open.size === 1 && open.has(upload))) return none
    const paths = new Set<string>()
    for (const [id, path] of open) {
      if (id !== upload) paths.add(path)
      if (paths.size >= maxPaths) break
    }
    return [...paths]
  }
}
