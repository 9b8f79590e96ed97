import { type Assets, fileOf, readAssets, type SiteFile } from './assets.ts'
import { layout } from './shells/layout.ts'
import { type PageName, pages } from './shells/pages.ts'

export { securityHeaders } from './security-headers.ts'
export type { SiteFile }

/** The pages and the files that they load. Pages are the same for every request: they hold no data. */
export interface Site {
  /** A file below `/ui/assets/`, by the rest of its path; null when there is none. */
  assetAt(path: string): SiteFile | null
  /** The page at a URL path below `/ui/`; the page that says so when there is none. */
  pageAt(path: string): { readonly status: 200 | 404; readonly file: SiteFile }
}

/** Reads and renders everything once. */
export function createSite(): Site {
  const assets = readAssets()
  const files = new Map([...assets.files].map(([path, file]) => [`${assets.digest}/${path}`, file]))
  const shells = shellsOf(assets)
  return {
    assetAt: (path) => files.get(path) ?? null,
    pageAt(path) {
      const name = pageNameOf(path)
      return { status: name === 'missing' ? 404 : 200, file: shells[name] }
    },
  }
}

function shellsOf(assets: Assets): Readonly<Record<PageName, SiteFile>> {
  const shells = Object.entries(pages).map(([name, page]) => [
    name,
    fileOf('text/html', layout(page, assets)),
  ])
  return Object.fromEntries(shells)
}

/** Patterns of URL paths, the first that matches counts. Whether a stream or an object exists is the API's to say. */
const patterns: readonly (readonly [RegExp, PageName])[] = [
  [/^streams\/?$/, 'streams'],
  [/^streams\/\d+\/?$/, 'stream'],
  [/^streams\/\d+\/.+$/, 'upload'],
  [/^reports\/\d+\/?$/, 'report'],
  [/^compare\/?$/, 'compare'],
  [/^faults\/\d+\/?$/, 'faults'],
  [/^devices(\/[0-9a-f]+)?\/?$/, 'devices'],
  [/^certificates(\/(server|device)\/[^/]+)?\/?$/, 'certificates'],
  [/^tls-tests\/?$/, 'tlsTests'],
  [/^connect\/?$/, 'connect'],
  [/^sign-in\/?$/, 'signIn'],
  [/^webhooks\/?$/, 'webhooks'],
  [/^access\/?$/, 'access'],
  [/^(service|queues)\/?$/, 'service'],
]

const pageNameOf = (path: string): PageName =>
  patterns.find(([pattern]) => pattern.test(path))?.[1] ?? 'missing'
