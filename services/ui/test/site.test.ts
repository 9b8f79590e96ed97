import { equal, match, ok } from 'node:assert/strict'
import { parse } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Assets, readAssets } from '../src/assets.ts'
import { createSite, securityHeaders } from '../src/site.ts'

const maxGzipped = 60_000
const site = createSite()
const textAt = async (path: string): Promise<string> => (await site.pageAt(path)).file.body.toString()

describe('the site', () => {
  for (const [path, title] of [
    ['streams', 'Streams'],
    ['streams/7', 'Stream'],
    ['streams/7/session_1/video/segment_1001.m4s', 'Upload'],
    ['streams/7/session_1/index.mpd.crt', 'Upload'],
    ['certificates', 'Certificates'],
    ['certificates/device/dev.pem', 'Certificates'],
    ['tls-tests', 'TLS tests'],
    ['certificates/server/root', 'Certificates'],
    ['devices', 'Devices'],
    ['reports/7', 'Report'],
    ['compare', 'Compare'],
    ['faults/7', 'Faults'],
    ['connect', 'Connect a camera'],
    ['queues', 'Service'],
  ] as const)
    it(`has the page ${path}`, async () => {
      equal((await site.pageAt(path)).status, 200)
      match(await textAt(path), new RegExp(`<title>${title} · `))
    })

  it('says so where there is no page', async () => {
    equal((await site.pageAt('nothing/here')).status, 404)
  })

  it('renders nothing of a request', async () => {
    equal(await textAt('streams/7/a'), await textAt('streams/8/<script>alert(1)</script>'))
  })

  it('has no script and no style in its pages, only links to files that exist', async () => {
    const html = await textAt('streams/7')
    equal(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=/.test(html), false)
    for (const [, path = ''] of html.matchAll(/"\/ui\/assets\/([^"]+)"/g)) ok(await site.assetAt(path), path)
  })

  it('forbids all that its pages do not need', () => {
    match(securityHeaders['Content-Security-Policy'] ?? '', /default-src 'none'.*trusted-types 'none'/)
  })

  it('keeps what a page loads of ours below 60 kB gzipped, without the player', async () => {
    for (const path of [
      'streams',
      'streams/7',
      'streams/7/x',
      'connect',
      'certificates',
      'tls-tests',
      'devices',
      'reports/7',
      'compare',
      'faults/7',
      'service',
    ]) {
      const files = new Set(
        [...(await textAt(path)).matchAll(/(?:href|src)="\/ui\/assets\/([^"]+)"/g)].map(
          ([, file = '']) => file,
        ),
      )
      const loaded = await Promise.all([...files].map(site.assetAt))
      const sum = loaded.reduce((total, file) => total + (file?.gzip.length ?? 0), 0)
      console.log(path, sum)
      ok(sum < maxGzipped, `${path}: ${sum} bytes`)
    }
  })
})

describe('the assets', () => {
  let assets: Assets
  before(async () => {
    assets = await readAssets()
  })

  it('are valid JavaScript without types', () => {
    for (const [path, { body }] of assets.files) {
      if (parse(path).ext !== '.ts') continue
      equal(/^import type|^(export )?(interface|type) \w/m.test(body.toString()), false, path)
    }
  })

  it('name imports that exist, and all of a page for preloading', () => {
    for (const path of assets.files.keys())
      for (const module of assets.modulesOf(path)) ok(assets.files.has(module), `${path} → ${module}`)
    ok(assets.modulesOf('browser/pages/stream.ts').length > 20)
  })

  it('are gzipped as they are', () => {
    for (const { body, gzip } of assets.files.values()) ok(gunzipSync(gzip).equals(body))
  })
})
