import type { ObjectEvent } from '../domain/fold.ts'
import type { View } from './ports.ts'
import { someAtATime } from './some-at-a-time.ts'

const pathsAtOnce = 16

/** Makes the view show what replayed journal lines say; what it shows already of later uploads stays. */
export function repairViewWith(view: View) {
  return async function repairView(stream: string, events: readonly ObjectEvent[]): Promise<void> {
    const last = new Map(events.flatMap((event) => (isShown(event) ? [[pathOf(event), event] as const] : [])))
    // Before all others, because a deletion may take a folder along.
    for (const event of last.values()) if (event.kind === 'deleted') await view.remove(stream, event.path)
    await someAtATime([...last.values()], pathsAtOnce, async (event) => {
      if (event.kind === 'judged') await show(stream, event.upload)
    })
  }

  /** Ids grow with time. */
  async function show(stream: string, { path, id }: { path: string; id: string }): Promise<void> {
    const shown = await view.find(stream, path)
    if (shown === null || shown < id) await view.point(stream, path, id)
  }
}

const isShown = (event: ObjectEvent): boolean => event.kind === 'deleted' || event.place === 'object'

const pathOf = (event: ObjectEvent): string => (event.kind === 'deleted' ? event.path : event.upload.path)
