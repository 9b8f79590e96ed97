import type { Delivery } from './ports.ts'

/** Links to what an event is about: URLs, or paths where this server does not know under which URL it is reached. */
export type LinksFor = (stream: string | null, session: string | null) => Readonly<Record<string, string>>

/** What is sent: the event as on `GET /events`, with links. */
export function deliveryOf(
  id: string,
  event: { readonly kind: string; readonly at: string; readonly stream?: string },
  links: Readonly<Record<string, string>>,
): Delivery {
  const body = JSON.stringify({ ...event, links })
  return { id, event: event.kind, stream: event.stream ?? null, body }
}

/** Links below an origin such as `https://camera-lab.local:1234`; `''` for paths. */
export const linksBelow =
  (origin: () => string): LinksFor =>
  (stream, session) => {
    const at = origin()
    if (stream === null) return { page: `${at}/ui/devices`, refusals: `${at}/refusals` }
    const query = session === null ? '' : `?session=${encodeURIComponent(session)}`
    return {
      page: `${at}/ui/streams/${stream}`,
      stream: `${at}/streams/${stream}`,
      report: `${at}/streams/${stream}/report${query}`,
      expectations: `${at}/expectations/${stream}`,
    }
  }
