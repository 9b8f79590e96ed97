import type { Client } from './keep-alive.ts'

/** One upload in the wire log, with the fields that tests use. */
export interface Line {
  readonly id: string
  readonly path: string
  readonly findings: readonly { readonly severity: string; readonly code: string }[] | null
  readonly probe: string | null
}

/** Reads wire logs over a keep-alive connection. */
export interface LineReader {
  /** Returns a function to call repeatedly. It resolves with whether the log has all of `uploads`, settled. */
  settling(
    stream: string,
    uploads: ReadonlySet<string>,
    isSettled: (line: Line) => boolean,
  ): () => Promise<boolean>
  all(stream: string): Promise<Line[]>
}

export function lineReader(client: Client): LineReader {
  return { settling, all }

  function settling(stream: string, uploads: ReadonlySet<string>, isSettled: (line: Line) => boolean) {
    const left = new Set(uploads)
    let cursor = 0
    /** Goes on from the first line that was not settled, so that it costs little to ask often. */
    return async function isThrough(): Promise<boolean> {
      for (;;) {
        const page = await pageFrom(stream, cursor)
        const stop = page?.lines.findIndex((line) => left.has(line.id) && !isSettled(line)) ?? 0
        const settled = page?.lines.slice(0, stop < 0 ? undefined : stop) ?? []
        for (const { id } of settled) left.delete(id)
        cursor += settled.length
        if (left.size === 0) return true
        if (stop >= 0 || page?.isLast) return false
      }
    }
  }

  async function all(stream: string): Promise<Line[]> {
    const lines: Line[] = []
    for (;;) {
      const page = await pageFrom(stream, lines.length)
      if (!page) throw new Error(`no wire log of stream ${stream}`)
      lines.push(...page.lines)
      if (page.isLast) return lines
    }
  }

  /** Null while it cannot be read, which happens without Redis. */
  async function pageFrom(stream: string, cursor: number) {
    const response = await client.send('GET', `/streams/${stream}/uploads?limit=200&cursor=${cursor}`)
    if (response.status !== 200) return null
    return { lines: response.json.uploads as Line[], isLast: response.json.next_cursor === null }
  }
}
