import { equal, ok } from 'node:assert/strict'
import { posix } from 'node:path'
import fc from 'fast-check'
import { Refusal } from '../lib/refusal.ts'
import { destinationOf } from '../media/relative-url.ts'
import { forAll, fuzzTimeoutMs } from '../testing/fuzz.ts'
import { isPublishingPoint, objectPathOf } from './http/object-url.ts'
import { parseObjectPath } from './object-path.ts'

const sharp = [
  '/ // . .. ... ./ ../ \\ ..\\ %2e %2E%2e %2f %5c %00 %0a %7f %c2%80 %252e %252f % %z %c3 %ff ? # a session_1 x.m4s',
  '~ : C: con $ & ; | * " \' %20 %F0%9F%92%A5 %e2%80%ae %ef%bb%bf %u002e %c0%ae %c0%af é 💥 \u202e \uFEFF \u0085',
]
  .flatMap((line) => line.split(' '))
  .concat([' ', '\0', '\n', 'a'.repeat(255), 'b'.repeat(256), 'é'.repeat(128)])
const urls = fc.oneof(
  fc.array(fc.constantFrom(...sharp), { maxLength: 24 }).map((parts) => parts.join('')),
  fc
    .array(fc.oneof(fc.constantFrom(...sharp), fc.string({ unit: 'binary' })), { maxLength: 24 })
    .map((parts) => parts.join('/')),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
)

/** What becomes of a URL; null where it is refused. Anything else that is thrown is a fault. */
function parsed(parse: () => string): string | null {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    ok(error.message.length > 10 && error.message.length < 4_000)
    return null
  }
}

/** Below its stream, wherever that is, with nothing in it that a disk, a terminal or a log stumbles over. */
function isInside(path: string): void {
  equal(posix.resolve('/stream', path), `/stream/${path}`)
  ok(path !== '' && Buffer.byteLength(path) <= 1_024)
  ok(path.split('/').every((part) => part !== '' && Buffer.byteLength(part) <= 255))
  ok(path.isWellFormed() && !/[\\\p{Cc}]/u.test(path), JSON.stringify(path))
}

describe('parseObjectPath, whatever comes', function () {
  this.timeout(fuzzTimeoutMs)

  it('decodes once and stays in the stream, or refuses', () => {
    forAll(urls, (url) => {
      const path = parsed(() => parseObjectPath(url))
      if (path === null) return
      isInside(path)
      equal(
        path,
        decodeURIComponent(url)
          .replace(/\/+/g, '/')
          .replace(/^\/|\/$/g, ''),
      )
    })
  })

  it('gives the same path again when that is encoded, whole or part by part', () => {
    forAll(urls, (url) => {
      const path = parsed(() => parseObjectPath(url))
      if (path === null) return
      equal(parseObjectPath(encodeURIComponent(path)), path)
      equal(parseObjectPath(encodeURI(path).replace(/[?#]/g, encodeURIComponent)), path)
    })
  })

  it('is what a request comes to, whatever its query', () => {
    const requests = fc.tuple(fc.constantFrom('/streams', '/probe', '/streams/probe'), urls, fc.string())
    forAll(requests, ([prefix, url, query]) => {
      const sent = `${prefix}/1/${url}?${query}`
      const path = parsed(() => objectPathOf(sent))
      equal(
        path,
        parsed(() => parseObjectPath(url.split('?', 1)[0] ?? '')),
      )
      if (isPublishingPoint(sent)) equal(path, null)
    })
  })
})

describe('destinationOf, whatever comes', function () {
  this.timeout(fuzzTimeoutMs)

  it('leads to a path that an upload can have, or nowhere', () => {
    const bases = fc.constantFrom('index.mpd', 'session_1/index.mpd', 'a/b/c/', '')
    forAll(fc.tuple(bases, urls), ([base, url]) => {
      const destination = destinationOf(base, url)
      if (destination.kind !== 'inside') return
      const { path } = destination
      ok(
        posix.resolve('/stream', path) === `/stream/${path}`.replace(/\/$/, '') &&
          Buffer.byteLength(path) <= 1_024,
      )
    })
  })
})
