import { fill, h } from '../dom/h.ts'

/** The picture of a stream: a frame of its newest segment, loaded only while the picture is in view. */
export interface Picture {
  readonly element: HTMLElement
  /** Shows the first frame of the MP4 at a path; null while there is none. */
  show(path: string | null): void
}

interface Loadable {
  setInView(isInView: boolean): void
}

/** Pictures by their elements, for the observer that all share. */
const pictures = new WeakMap<Element, Loadable>()
/**
 * Unloads pictures out of view, because a browser opens a limited number of videos and each costs a request. One
 * observer for all pictures of the page.
 */
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) pictures.get(target)?.setInView(isIntersecting)
  },
  { rootMargin: '200px' },
)

export function createPicture(): Picture {
  const element = h('div', { class: 'picture none' }, 'no picture yet')
  let wanted: string | null = null
  let shown: string | null = null
  let isInView = false
  let turn = 0
  pictures.set(element, { setInView })
  observer.observe(element)
  return { element, show }

  function show(path: string | null): void {
    wanted = path
    if (path === null) say('no picture yet')
    else if (isInView) load(path)
  }

  function setInView(now: boolean): void {
    isInView = now
    if (now && wanted !== null) load(wanted)
    if (!now && shown !== null) {
      turn++
      shown = null
      fill(element)
    }
  }

  /** Loads a video and replaces the shown frame when the new one is ready. */
  function load(path: string): void {
    if (path === shown) return
    shown = path
    const own = ++turn
    const video = h('video', { src: path, muted: true, playsinline: true, preload: 'auto', tabindex: '-1' })
    video.setAttribute('aria-hidden', 'true')
    video.muted = true
    video.addEventListener('loadeddata', () => {
      video.currentTime = video.buffered.length ? video.buffered.start(0) + 0.01 : 0
    })
    video.addEventListener('seeked', () => {
      if (own !== turn) return
      element.className = 'picture'
      fill(element, video)
    })
    video.addEventListener('error', () => {
      if (own === turn && !element.querySelector('video')) say('no picture')
    })
  }

  function say(words: string): void {
    turn++
    shown = null
    element.className = 'picture none'
    fill(element, words)
  }
}
