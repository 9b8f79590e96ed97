import { type Assets, shakaPath } from '../assets.ts'
import type { Page } from './pages.ts'

const navigation = [
  ['/ui/streams', 'Streams'],
  ['/ui/devices', 'Devices'],
  ['/ui/certificates', 'Certificates'],
  ['/ui/connect', 'Connect<span class="wide-only"> a camera</span>'],
  ['/ui/service', 'Service'],
] as const

const styles = ['tokens', 'base', 'parts', 'print']

/** The HTML of a page without any data. It needs no escaping, because no parameter comes from a request. */
export function layout({ title, module, navigation: current }: Page, assets: Assets): string {
  const entry = `browser/pages/${module}.ts`
  const sheets = styles.map((name) => `<link rel="stylesheet" href="${assets.urlOf(`styles/${name}.css`)}">`)
  const preloads = assets
    .modulesOf(entry)
    .map((path) => `<link rel="modulepreload" href="${assets.urlOf(path)}">`)
  const links = navigation.map(
    ([href, text]) => `<a href="${href}"${href === current ? ' aria-current="page"' : ''}>${text}</a>`,
  )
  return `<!doctype html>
<html lang="en" data-shaka="${assets.urlOf(shakaPath)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · push-av-server</title>
<link rel="icon" href="${assets.urlOf('styles/icon.svg')}" type="image/svg+xml">
${sheets.join('\n')}
<script src="${assets.urlOf('browser/theme.ts')}"></script>
${preloads.join('\n')}
<script type="module" src="${assets.urlOf(entry)}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/ui/streams">push-av-server</a>
<nav aria-label="Pages">${links.join('')}</nav>
<div class="top-end"><span id="connection" class="connection"></span><a class="top-docs" href="/docs">API</a><button id="theme" class="quiet" type="button" aria-label="Theme" title="Theme (t)">◐</button></div>
</header>
<main id="main" tabindex="-1">
<noscript><h1>${title}</h1><p>These pages need JavaScript. Everything they show comes from the HTTP API: start with <a href="/streams?summary=true">/streams</a> and <a href="/openapi.json">/openapi.json</a>.</p></noscript>
</main>
<div id="announcements" class="visually-hidden" aria-live="polite"></div>
</body>
</html>
`
}
