/** What an upload, or silence, did to a session; `session` is its id. */
export type SessionEvent =
  | {
      readonly kind: 'session-opened' | 'session-completed' | 'session-abandoned' | 'session-reopened'
      readonly session: string
    }
  | { readonly kind: 'track-completed'; readonly session: string; readonly track: string }

export const sessionEvent = (
  kind: Exclude<SessionEvent['kind'], 'track-completed'>,
  session: { readonly id: string },
): SessionEvent => ({ kind, session: session.id })
