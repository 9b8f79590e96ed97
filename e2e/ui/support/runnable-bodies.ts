const script = 'document.title = "ran"'
const xhtml = `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body><script>${script}</script></body></html>`
const html = `<!doctype html><title>t</title><script>${script}</script>`
const svg = `<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><script>${script}</script></svg>`

/** Bodies that run a script where a browser opens them as a page: path, type that the device claims, text. */
export const runnableBodies: readonly (readonly [path: string, type: string, body: string])[] = [
  ['x.html', 'text/html', html],
  ['x.svg', 'image/svg+xml', svg],
  ['x.js', 'text/javascript', script],
  ['x.xhtml', 'application/xhtml+xml', xhtml],
  ['x.xml', 'application/xml', xhtml],
  ['x.mpd', 'application/xml', xhtml],
  ['y.mpd', 'application/dash+xml', svg],
  ['x.vtt', 'text/html', html],
  ['x.m3u8', 'text/html', html],
  ['x.mp4', 'text/html', html],
  ['x.m4s', 'application/xhtml+xml', xhtml],
  ['x', 'text/html', html],
]
