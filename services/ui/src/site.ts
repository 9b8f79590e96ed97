import { type Assets, fileOf, readAssets, type SiteFile } from './assets.ts'
import { layout } from './shells/layout.ts'
import { type PageName, pages } from './shells/pages.ts'

export { securityHeaders } from './security-headers.ts'
export type { SiteFile }

/** The pages and the files that they load. Pages hold no data, so they are the same for every request. */
export interface Site {
  /** The file at a path below `/ui/assets/`; null when there is none. */
  assetAt(path: string): Promise<SiteFile | null>
  /** The page at a path below `/ui/`; the page `missing` with 404 when there is none. */
  pageAt(path: string): Promise<{ readonly status: 200 | 404; readonly file: SiteFile }>
}

interface RenderedSite {
  readonly files: ReadonlyMap<string, SiteFile>
  readonly shells: Readonly<Record<PageName, SiteFile>>
}

/** Creates a site. It reads and renders all files at the first request, so that the server starts sooner. */
export function createSite(): Site {
  let rendered: Promise<RenderedSite> | undefined
  return {
    async assetAt(path) {
      rendered ??= renderSite()
      return (await rendered).files.get(path) ?? null
    },
    async pageAt(path) {
      rendered ??= renderSite()
      const name = pageNameOf(path)
      return { status: name === 'missing' ? 404 : 200, file: (await rendered).shells[name] }
    },
  }
}

async function renderSite(): Promise<RenderedSite> {
  const assets = await readAssets()
  const files = new Map([...assets.files].map(([path, file]) => [`${assets.digest}/${path}`, file]))
  return { files, shells: await shellsOf(assets) }
}

async function shellsOf(assets: Assets): Promise<Readonly<Record<PageName, SiteFile>>> {
  const shells = Object.entries(pages).map(
    async ([name, page]) => [name, await fileOf('text/html', layout(page, assets))] as const,
  )
  return Object.fromEntries(await Promise.all(shells)) as Record<PageName, SiteFile>
}

/** Pages by patterns of their paths; the first match counts. The API, not the site, knows whether a stream exists. */
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
