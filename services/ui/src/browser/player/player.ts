import { bitrate, plural, span } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { untrusted } from '../dom/words.ts'
import type { Unseal } from './sealed.ts'
import { isShakaError, loadShaka, type ShakaPlayer, shakaSentence } from './shaka.ts'

/** A manifest that can be played, with a label. */
export interface Source {
  readonly label: string
  readonly url: string
  /** Whether its media are sealed: the reader has the key that opens them. */
  readonly isSealed?: boolean
}

export interface PlayerView {
  readonly element: HTMLElement
  readonly session: string | null
  /** Plays from a time, in seconds from the session's first media. */
  seek(seconds: number): void
  /** The time that is played, in seconds from the session's first media. */
  time(): number
  toggle(): void
  goToLive(): void
  close(): void
}

/** Loads the code for sealed media when a sealed session is played, as few sessions are sealed. */
const loadSealed = () => import('./open-sealed.ts')

/** A player of one session, with the device's manifest and with a manifest that this server makes from the segments. */
export function createPlayer(
  stream: string,
  session: string | null,
  sources: readonly Source[],
  onClose: () => void,
): PlayerView {
  const video = h('video', {
    controls: true,
    muted: true,
    playsinline: true,
    'aria-label': `Session ${session ?? ''}`,
  })
  video.muted = true
  const buttons = sources.map((source) =>
    h('button', { type: 'button', class: 'small', on: { click: () => void play(source) } }, source.label),
  )
  const live = h(
    'button',
    { type: 'button', class: 'small', hidden: true, title: 'Live edge (l)', on: { click: goToLive } },
    'go to live',
  )
  const statistics = h('div', { class: 'muted player-statistics' })
  const problem = h('div', { role: 'alert' })
  const element = h(
    'div',
    { class: 'player' },
    h(
      'div',
      { class: 'player-bar' },
      h('span', { class: 'muted' }, 'play'),
      h('span', { class: 'group', role: 'group', 'aria-label': 'Manifest' }, buttons),
      live,
      h(
        'button',
        {
          type: 'button',
          class: 'quiet small player-close',
          'aria-label': 'Close the player',
          on: { click: close },
        },
        '✕',
      ),
    ),
    video,
    problem,
    statistics,
  )
  let player: ShakaPlayer | null = null
  /** Opens sealed media; null until the reader has given a key. */
  let unseal: Unseal | null = null
  /** Counts the calls of `play`, so that an earlier call notices that a later one has taken over. */
  let turn = 0
  const timer = setInterval(showStatistics, 500)
  const [first] = sources
  if (first) void play(first)
  else
    fill(
      problem,
      h('p', {}, 'This session has nothing that can be played: no init segment, or no segment, has come.'),
    )
  return { element, session, seek, time: () => video.currentTime, toggle, goToLive, close }

  async function play(source: Source): Promise<void> {
    const own = ++turn
    for (const [i, button] of buttons.entries())
      button.setAttribute('aria-pressed', String(sources[i] === source))
    fill(problem)
    if (source.isSealed && !unseal) return void askForKey(source)
    try {
      const shaka = await loadShaka()
      await player?.destroy()
      if (own !== turn) return
      player = new shaka.Player()
      player.configure({ manifest: { dash: { clockSyncUri: '/time' } } })
      player.getNetworkingEngine()?.registerRequestFilter((_type, request) => assertOwn(stream, request.uris))
      if (source.isSealed && unseal) (await loadSealed()).openAll(player, unseal)
      player.addEventListener('error', ({ detail }) => showProblem(detail, source))
      await player.attach(video)
      await player.load(source.url)
      if (own === turn) await video.play().catch(() => {})
    } catch (error) {
      if (own === turn) showProblem(error, source)
    }
  }

  async function askForKey(source: Source): Promise<void> {
    const own = turn
    const { keyForm } = await loadSealed()
    if (own !== turn) return
    const form = keyForm(stream, session ?? '', (open) => {
      unseal = open
      void play(source)
    })
    problem.append(form)
  }

  function showProblem(error: unknown, source: Source): void {
    const other = sources.find((candidate) => candidate !== source)
    fill(
      problem,
      h('p', { class: 'error-text' }, untrusted(failureSentence(error))),
      other &&
        h(
          'p',
          {},
          h('button', { type: 'button', on: { click: () => void play(other) } }, `Play ${other.label}`),
        ),
    )
    if (source.isSealed) void askForKey(source)
  }

  function showStatistics(): void {
    if (!player || video.readyState === 0) return
    live.hidden = !player.isLive()
    statistics.textContent = statisticsOf(player, video)
  }

  function seek(seconds: number): void {
    const start = player?.seekRange().start ?? 0
    video.currentTime = Math.max(start, seconds)
  }

  function toggle(): void {
    if (video.paused) void video.play()
    else video.pause()
  }

  function goToLive(): void {
    player?.goToLive()
  }

  function close(): void {
    turn++
    clearInterval(timer)
    void player?.destroy()
    element.remove()
    onClose()
  }
}

/** Throws for a URL outside this stream: a manifest may contain any URL, and the page requests no others. */
function assertOwn(stream: string, urls: readonly string[]): void {
  for (const url of urls) {
    const { origin, pathname } = new URL(url, location.href)
    const isOwn =
      ['streams', 'play', 'uploads'].some((folder) => pathname.startsWith(`/${folder}/${stream}/`)) ||
      pathname === '/time'
    if (origin === location.origin && isOwn) continue
    if (!url.startsWith('data:'))
      throw new Error(
        `The manifest points outside this stream, at ${url.slice(0, 200)}; the page does not follow it`,
      )
  }
}

/** A sentence that says why the session does not play. */
function failureSentence(error: unknown): string {
  const inner = isShakaError(error) ? error.data.find((part) => part instanceof Error) : error
  if (inner instanceof TypeError)
    return `The player cannot make sense of this manifest, or it names no segment yet (${inner.message})`
  if (inner instanceof Error) return inner.message
  return isShakaError(error) ? shakaSentence(error) : String(error)
}

function statisticsOf(player: ShakaPlayer, video: HTMLVideoElement): string {
  const stats = player.getStats()
  const ahead = [...Array(video.buffered.length).keys()]
    .map((i) => video.buffered.end(i))
    .find((end) => end >= video.currentTime)
  const parts = [
    player.isLive() && `latency ${stats.liveLatency.toFixed(1)} s`,
    ahead !== undefined && `buffer ${span((ahead - video.currentTime) * 1_000)}`,
    `${stats.decodedFrames} frames, ${stats.droppedFrames || 0} dropped`,
    plural(stats.stallsDetected || 0, 'stall'),
    stats.gapsJumped > 0 && `${plural(stats.gapsJumped, 'gap')} jumped`,
    video.videoWidth > 0 && `${video.videoWidth}×${video.videoHeight}`,
    stats.streamBandwidth > 0 && bitrate(stats.streamBandwidth),
  ]
  return parts.filter(Boolean).join(' · ')
}
