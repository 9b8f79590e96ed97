import { forEachLimit } from '../lib/for-each-limit.ts'
import type { ObjectLinks } from '../uploads/ports.ts'
import type { ObjectEvent } from './fold.ts'

const pathsAtOnce = 16

/** Makes the view show what replayed journal lines say; what it shows already of later uploads stays. */
export function repairLinksWith(view: ObjectLinks) {
  return async function repairView(stream: string, events: readonly ObjectEvent[]): Promise<void> {
    const last = new Map(events.flatMap((event) => (isShown(event) ? [[pathOf(event), event] as const] : [])))
    // Before all others, because a deletion may take a folder along.
    for (const event of last.values()) if (event.kind === 'deleted') await view.remove(stream, event.path)
    await forEachLimit([...last.values()], pathsAtOnce, async (event) => {
      if (event.kind === 'judged') await show(stream, event.upload)
    })
  }

  /** Ids grow with time. */
  async function show(stream: string, { path, id }: { path: string; id: string }): Promise<void> {
    const shown = await view.find(stream, path)
    if (shown === null || shown < id) await view.link(stream, path, id)
  }
}

const isShown = (event: ObjectEvent): boolean => event.kind === 'deleted' || event.place === 'object'

const pathOf = (event: ObjectEvent): string => (event.kind === 'deleted' ? event.path : event.upload.path)
