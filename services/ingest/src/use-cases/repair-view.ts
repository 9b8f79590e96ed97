import type { ObjectEvent } from '../domain/fold.ts'
import type { View } from './ports.ts'

/** Makes the view show what replayed journal lines say; what it shows already of later uploads stays. */
export function repairViewWith(view: View) {
  return async function repairView(stream: string, events: readonly ObjectEvent[]): Promise<void> {
    for (const event of events) {
      if (event.kind === 'deleted') await view.remove(stream, event.path)
      else if (event.place === 'object') await show(stream, event.upload)
    }
  }

  /** Ids grow with time. */
  async function show(stream: string, { path, id }: { path: string; id: string }): Promise<void> {
    const shown = await view.find(stream, path)
    if (shown === null || shown < id) await view.point(stream, path, id)
  }
}
