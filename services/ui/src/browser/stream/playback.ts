import type { Store } from '../api/store.ts'
import type { Row } from '../api/types.ts'
import { fill, h } from '../dom/h.ts'
import type { PlayerView } from '../player/player.ts'
import { mayPlay, type Sessions } from './sessions.ts'
import type { ViewState } from './view-state.ts'

/** The player beside the log, and where in the log it plays. */
export interface Playback {
  readonly element: HTMLElement
  isOpen(): boolean
  /** Plays the chosen session, or the newest that can be played. */
  open(): Promise<void>
  /** Plays or pauses. */
  toggle(): void
  goToLive(): void
  /** Plays from an upload on, where a player of its session is open. */
  seekTo(upload: string): void
  /** Where it plays, in milliseconds since 1970 at the pace of the media; null when it does not. */
  playhead(): number | null
}

interface PlaybackDeps {
  readonly stream: string
  readonly view: ViewState
  readonly store: Store
  readonly sessions: Sessions
  /** It was opened or closed. */
  readonly onChange: () => void
}

/** What plays is loaded when it is wanted, so that the page stands sooner. */
const loadPlayer = () => Promise.all([import('../player/player.ts'), import('../player/sources.ts')])

export function createPlayback({ stream, view, store, sessions, onChange }: PlaybackDeps): Playback {
  const element = h('div', { class: 'player-place' })
  let player: PlayerView | null = null
  let firstMedia: Row | null = null
  let turn = 0
  return {
    element,
    isOpen: () => player !== null,
    open,
    toggle() {
      if (player) player.toggle()
      else void open()
    },
    goToLive: () => player?.goToLive(),
    seekTo,
    playhead() {
      const first = player && firstMediaOf(player.session)
      return player && first ? first.startedAt + player.time() * 1_000 : null
    },
  }

  async function open(): Promise<void> {
    const own = ++turn
    const key = sessions.toPlay(view.session)
    const session = key === null ? null : sessions.at(key)
    const [{ createPlayer }, { sourcesOf }] = await loadPlayer()
    const sources = session ? await sourcesOf(stream, store, session.key, mayPlay(session)) : []
    if (own !== turn) return
    player?.close()
    player = createPlayer(stream, key, sources, () => {
      player = null
      onChange()
    })
    fill(element, player.element)
    onChange()
  }

  function seekTo(upload: string): void {
    if (!player) return
    const row = store.at(store.positionOf(upload) ?? -1)
    if (row?.session !== player.session) return
    const time = mediaSecondsOf(row)
    const first = firstMediaOf(player.session)
    if (time === null || !first?.timescale) return
    player.seek(time - (first.decodeTime ?? 0) / first.timescale)
  }

  /** Where the session's first media is on the wall clock. */
  function firstMediaOf(session: string | null): Row | null {
    if (firstMedia && firstMedia.session === session) return firstMedia
    for (let position = store.tailFrom; position < store.total; position++) {
      const row = store.at(position)
      if (row && row.session === session && row.decodeTime !== null) {
        firstMedia = row
        return row
      }
    }
    return null
  }
}

const mediaSecondsOf = ({ decodeTime, timescale }: Row): number | null =>
  decodeTime === null || !timescale ? null : decodeTime / timescale
