import type { Store } from '../api/store.ts'
import type { Row } from '../api/types.ts'
import { fill, h } from '../dom/h.ts'
import type { PlayerView } from '../player/player.ts'
import { mayPlay, type Sessions } from './sessions.ts'
import type { ViewState } from './view-state.ts'

/** The player beside the log, and its position in the log. */
export interface Playback {
  readonly element: HTMLElement
  isOpen(): boolean
  /** Plays the chosen session, or the newest session that can be played. */
  open(): Promise<void>
  /** Plays or pauses. */
  toggle(): void
  goToLive(): void
  /** Plays from an upload on, if a player of its session is open. */
  seekTo(upload: string): void
  /**
   * The time of the arrival of the first media plus the time played, in milliseconds since 1970; null without a player.
   */
  playhead(): number | null
}

interface PlaybackDeps {
  readonly stream: string
  readonly view: ViewState
  readonly store: Store
  readonly sessions: Sessions
  /** Called when the player has been opened or closed. */
  readonly onChange: () => void
}

/** Loads the code of the player when the reader opens it, so that the page loads sooner. */
const loadPlayer = () => Promise.all([import('../player/player.ts'), import('../player/sources.ts')])

export function createPlayback({ stream, view, store, sessions, onChange }: PlaybackDeps): Playback {
  const element = h('div', { class: 'player-place' })
  let player: PlayerView | null = null
  let firstMedia: Row | null = null
  /** Counts the calls of `open`, so that an earlier call notices that a later one has taken over. */
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

  /** The row of the session's first media among the loaded ones. */
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
