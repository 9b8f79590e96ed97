import { getJson } from '../api/client.ts'
import type { FaultReaction } from '../api/types.ts'
import { plural } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { reactionsTable } from './tables.ts'

/** Streams of more uploads are read when they are asked for. */
const maxUnasked = 10_000

/** What the camera did after faults, in the report; nothing where there were none. */
export function faultsSection(stream: string, session: string | null, uploads: number): HTMLElement {
  const place = h('div', {})
  const section = h('section', {}, h('h2', {}, 'Faults on purpose'), place)
  if (uploads <= maxUnasked) load()
  else fill(place, h('button', { type: 'button', on: { click: load } }, `Read ${plural(uploads, 'upload')}`))
  return section

  function load(): void {
    const query = session === null ? '' : `&session=${encodeURIComponent(session)}`
    loading(place)
    getJson<{ faults: readonly FaultReaction[] }>(`/streams/${stream}/report?faults=true${query}`).then(
      ({ faults }) => {
        if (faults.length === 0) section.remove()
        else fill(place, reactionsTable(stream, faults))
      },
      (error) => showFailure(place, error, load),
    )
  }
}
