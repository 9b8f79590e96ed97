import { forEachLimit } from '../lib/for-each-limit.ts'
import type { ObjectLinks } from '../uploads/ports.ts'
import { type ObjectEvent, pathOfEvent } from './fold.ts'

const pathConcurrency = 16

/** Makes the links agree with replayed journal lines; links to later uploads stay. */
export function repairLinksWith(links: ObjectLinks) {
  return async function repairLinks(stream: string, events: readonly ObjectEvent[]): Promise<void> {
    const last = new Map(
      events.flatMap((event) => (changesLink(event) ? [[pathOfEvent(event), event] as const] : [])),
    )
    // Deletions first, because one may remove a folder.
    for (const event of last.values()) if (event.kind === 'deleted') await links.remove(stream, event.path)
    await forEachLimit([...last.values()], pathConcurrency, async (event) => {
      if (event.kind === 'judged') await link(stream, event.upload)
    })
  }

  /** Upload ids grow with time. */
  async function link(stream: string, { path, id }: { path: string; id: string }): Promise<void> {
    const linked = await links.find(stream, path)
    if (linked === null || linked < id) await links.link(stream, path, id)
  }
}

const changesLink = (event: ObjectEvent): boolean => event.kind === 'deleted' || event.place === 'object'
