/** The part of Shaka Player that these pages use. */
export interface Shaka {
  readonly Player: {
    new (): ShakaPlayer
    isBrowserSupported(): boolean
  }
  readonly polyfill: { installAll(): void }
}

export interface ShakaPlayer {
  attach(video: HTMLVideoElement): Promise<void>
  load(url: string): Promise<void>
  destroy(): Promise<void>
  configure(settings: object): void
  isLive(): boolean
  goToLive(): void
  seekRange(): { readonly start: number; readonly end: number }
  getStats(): ShakaStats
  getNetworkingEngine(): {
    registerRequestFilter(filter: (type: number, request: { uris: string[] }) => void): void
    registerResponseFilter(
      filter: (type: number, response: { data: ArrayBuffer | ArrayBufferView<ArrayBuffer> }) => Promise<void>,
    ): void
  } | null
  addEventListener(type: string, listener: (event: Event & { readonly detail?: unknown }) => void): void
}

/** `shaka.net.NetworkingEngine.RequestType`, for filters. */
export const requestTypes = { manifest: 0, segment: 1 } as const

interface ShakaStats {
  readonly liveLatency: number
  readonly decodedFrames: number
  readonly droppedFrames: number
  readonly stallsDetected: number
  readonly gapsJumped: number
  readonly width: number
  readonly height: number
  readonly streamBandwidth: number
}

/** An error of Shaka Player. `data` holds details such as a URL or a status. */
export interface ShakaError {
  readonly category: number
  readonly code: number
  readonly data: readonly unknown[]
}

/** Shaka Player puts itself into `globalThis`, so a page loads it once. */
let loaded: Promise<Shaka> | null = null

/** Loads Shaka Player when a page plays something for the first time. Throws when the browser cannot run it. */
export function loadShaka(): Promise<Shaka> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Shaka> {
  const url = document.documentElement.dataset.shaka
  if (!url) throw new Error('the shell names no player')
  await import(url)
  const scope: object = globalThis
  if (!isLoaded(scope)) throw new Error('the player cannot be loaded')
  const { shaka } = scope
  shaka.polyfill.installAll()
  if (!shaka.Player.isBrowserSupported()) throw new Error('this browser cannot play segmented media')
  return shaka
}

const isLoaded = (scope: object): scope is { readonly shaka: Shaka } => 'shaka' in scope

const categories: Readonly<Record<number, string>> = {
  1: 'network',
  2: 'text',
  3: 'media',
  4: 'manifest',
  5: 'streaming',
  6: 'DRM',
  7: 'player',
  9: 'storage',
}

export function isShakaError(error: unknown): error is ShakaError {
  return (
    typeof error === 'object' && error !== null && 'category' in error && 'code' in error && 'data' in error
  )
}

/** A sentence with the category, the code and the details of a failure. */
export function shakaSentence({ category, code, data }: ShakaError): string {
  const details = data.filter((part) => typeof part === 'string' || typeof part === 'number').slice(0, 2)
  return `The player gave up: ${categories[category] ?? 'category'} error ${code}${details.length ? ` (${details.join(', ')})` : ''}`
}
