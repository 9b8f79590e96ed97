import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path/posix'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const gzipped = promisify(gzip)

/** A file of the site in memory. */
export interface SiteFile {
  /** Value of `Content-Type`. */
  readonly type: string
  readonly body: Buffer
  readonly gzip: Buffer
  /** Value of `ETag`, with its quotes. */
  readonly etag: string
}

/** The files that pages load. */
export interface Assets {
  /** Files by their path below `/ui/assets/<digest>/`. */
  readonly files: ReadonlyMap<string, SiteFile>
  /** Digest of all files together: it is part of their URLs, so that a page never mixes versions. */
  readonly digest: string
  /** URL of a file. Throws when there is none of that path. */
  urlOf(path: string): string
  /** A browser module, followed by all modules that it imports at load. */
  modulesOf(path: string): readonly string[]
}

const source = import.meta.dirname
const types = { ts: 'text/javascript', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' } as const

/** Path of Shaka Player below the assets. Pages load it when they play something for the first time. */
export const shakaPath = 'shaka-player.js'

/**
 * Reads all files of the site, strips the types of its TypeScript, and keeps everything in memory. Yields to other work
 * of the process after each file.
 */
export async function readAssets(): Promise<Assets> {
  const texts = new Map<string, string>()
  for (const path of globSync(['browser/**/*.ts', 'styles/*.{css,svg}'], { cwd: source }).sort()) {
    texts.set(path, textOf(path))
    await nextTurn()
  }
  const imports = new Map([...texts].map(([path, text]) => [path, importsIn(path, text)]))
  const shaka = createRequire(import.meta.url).resolve('shaka-player/dist/shaka-player.compiled-es2021.js')
  texts.set(shakaPath, readFileSync(shaka, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'))

  const files = new Map<string, SiteFile>()
  for (const [path, text] of texts) files.set(path, await fileOf(typeOf(path), text))
  const digest = digestOf([...files].map(([path, { etag }]) => path + etag).join())
  const urlOf = (path: string) => {
    if (!files.has(path)) throw new Error(`the site has no file ${path}`)
    return `/ui/assets/${digest}/${path}`
  }
  const modulesOf = (path: string) => {
    const reached = new Set([path])
    for (const module of reached) for (const next of imports.get(module) ?? []) reached.add(next)
    return [...reached]
  }
  return { files, digest, urlOf, modulesOf }
}

/** A file of the site: `text` as UTF-8 and gzipped. */
export async function fileOf(type: string, text: string): Promise<SiteFile> {
  const body = Buffer.from(text)
  return {
    type: `${type}; charset=utf-8`,
    body,
    gzip: await gzipped(body, { level: 9 }),
    etag: `"${digestOf(text)}"`,
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)

function typeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1)
  if (!(extension in types)) throw new Error(`the site has no type for ${path}`)
  return types[extension as keyof typeof types]
}

function textOf(path: string): string {
  const text = readFileSync(join(source, path), 'utf8')
  return path.endsWith('.ts') ? withoutComments(withoutTypes(text)) : text
}

/** Removes comments on lines of their own, and spaces at line ends. Lines keep their numbers. */
function withoutComments(text: string): string {
  const emptied = text.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, (comment) =>
    comment.replace(/[^\n]+/g, ''),
  )
  return emptied.replace(/^[ \t]*\/\/.*$/gm, '').replace(/[ \t]+$/gm, '')
}

/**
 * Strips types. Suppresses Node's warning that this is experimental, and no other warning, as the call is synchronous.
 */
function withoutTypes(text: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(text)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Paths of the modules that a module imports at load, without those of `import()`. */
function importsIn(path: string, text: string): readonly string[] {
  const sources = [...text.matchAll(/^(?:import|export)\b[^'"]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'/gm)]
  return sources.map(([, from, bare]) => join(dirname(path), from ?? bare ?? ''))
}
