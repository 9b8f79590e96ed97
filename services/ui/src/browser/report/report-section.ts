import { getJson } from '../api/client.ts'
import { plural } from '../dom/format.ts'
import { type Child, fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'

/** A recording with more uploads needs a click before its part is read, because the server reads every upload. */
const maxUploadsAtOnce = 10_000

interface ReportSection<Part> {
  readonly title: string
  readonly stream: string
  /** Null for the whole stream. */
  readonly session: string | null
  /** How many uploads the stream has. */
  readonly uploads: number
  /** The parameter of `GET /streams/{id}/report` that asks for the part, and the field of the response that has it. */
  readonly part: string
  /** The end of the text of the button that reads the part of a long recording. */
  readonly readAs?: string
  /** What the section shows; null to remove the section. */
  readonly draw: (part: Part) => Child
}

/** A section of the report with a part that the server computes only on request. */
export function reportSection<Part>(options: ReportSection<Part>): HTMLElement {
  const { title, stream, session, uploads, part, readAs = '', draw } = options
  const place = h('div', {})
  const section = h('section', {}, h('h2', {}, title), place)
  const label = `Read ${plural(uploads, 'upload')}${readAs}`
  if (uploads <= maxUploadsAtOnce) load()
  else fill(place, h('button', { type: 'button', on: { click: load } }, label))
  return section

  function load(): void {
    const query = session === null ? '' : `&session=${encodeURIComponent(session)}`
    loading(place)
    getJson<Record<string, Part>>(`/streams/${stream}/report?${part}=true${query}`).then(
      (report) => show(draw(report[part] as Part)),
      (error) => showFailure(place, error, load),
    )
  }

  function show(content: Child): void {
    if (content === null) section.remove()
    else fill(place, content)
  }
}
