import { deepEqual, ok } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = join(import.meta.dirname, '..')
const packages = ['shared', 'proxy', 'services/ingest', 'services/probe', 'services/standalone']

/** A folder named after a technology is the only one that may import it. */
const folderOf: Record<string, string> = {
  ioredis: 'redis',
  bullmq: 'queue',
  express: 'http',
  selfsigned: 'x509',
  'node-forge': 'x509',
  '@peculiar/x509': 'x509',
  'reflect-metadata': 'x509',
  'fast-xml-parser': 'manifest',
  '@homebridge/ciao': 'mdns',
}

/** Shared modules without input, output or clock. */
const pureShared = ['handover', 'identity', 'paths', 'probe-job', 'lib/box-header', 'lib/shell-quote'].map(
  (name) => `@pushav/shared/${name}.ts`,
)

/** Folders of a service that are not named after a technology. */
const inner = ['domain', 'use-cases']

/** What a process is started with; it alone looks at the environment, besides config.ts. */
const entryPoints = ['main.ts', 'health.ts', 'config.ts']

interface Module {
  /** From the repository's root. */
  readonly file: string
  /** The workspace it belongs to. */
  readonly home: string
  /** Its folder below `src`, empty for none. */
  readonly folder: string
  readonly text: string
  readonly imports: readonly string[]
}

const modules = packages.flatMap((home) =>
  globSync(`${home}/src/**/*.ts`, { cwd: root })
    .filter(isProduct)
    .map((file) => readModule(home, file)),
)

function isProduct(file: string): boolean {
  return !file.endsWith('.test.ts') && !file.split('/').includes('testing')
}

function readModule(home: string, file: string): Module {
  const text = readFileSync(join(root, file), 'utf8')
  const imports = [...text.matchAll(/(?:^import|\bfrom|\bimport\()\s*'([^']+)'/gm)].map(
    ([, from = '']) => from,
  )
  return { file, home, folder: topFolder(home, join(root, file)), text, imports }
}

/** The folder right below a workspace's `src` that holds a path. */
function topFolder(home: string, path: string): string {
  const [first = '', ...rest] = relative(join(root, home, 'src'), path).split('/')
  return rest.length > 0 ? first : ''
}

/** Every import that a rule turns away, as a sentence. */
function strays(mayImport: (module: Module, source: string) => boolean): string[] {
  return modules.flatMap((module) =>
    module.imports
      .filter((source) => !mayImport(module, source))
      .map((source) => `${module.file} imports ${source}`),
  )
}

/** The folder of the same service that an import leads to; null when it leads elsewhere. */
function neighbour({ file, home }: Module, source: string): string | null {
  return source.startsWith('.') ? topFolder(home, resolve(root, dirname(file), source)) : null
}

describe('architecture', () => {
  it('is looked at as a whole', () => {
    for (const home of packages)
      ok(
        modules.some((module) => module.home === home),
        home,
      )
    ok(modules.flatMap(({ imports }) => imports).length > 300)
  })

  it('lets only the folder named after a technology import it', () => {
    const found = strays(({ folder }, source) => folder === (folderOf[source] ?? folder))
    deepEqual(found, [])
  })

  it('starts programs only in ffprobe/ and in the standalone', () => {
    const mayStart = ({ home, folder }: Module) =>
      home === 'services/standalone' || (home === 'services/probe' && folder === 'ffprobe')
    deepEqual(
      strays((module, source) => source !== 'node:child_process' || mayStart(module)),
      [],
    )
  })

  it('keeps the domain pure', () => {
    const isPure = (module: Module, source: string) =>
      neighbour(module, source) === 'domain' || source === 'node:crypto' || pureShared.includes(source)
    deepEqual(
      strays((module, source) => module.folder !== 'domain' || isPure(module, source)),
      [],
    )
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|randomUUID|process\.|performance\.)/
    deepEqual(
      modules.filter(({ folder, text }) => folder === 'domain' && impure.test(text)).map(({ file }) => file),
      [],
    )
  })

  it('lets use cases know the domain and what is shared, no technology', () => {
    const isInner = (module: Module, source: string) =>
      inner.includes(neighbour(module, source) ?? '') ||
      source.startsWith('@pushav/shared/') ||
      source === 'node:crypto'
    deepEqual(
      strays((module, source) => module.folder !== 'use-cases' || isInner(module, source)),
      [],
    )
  })

  it('keeps adapters from importing each other', () => {
    const isAdapter = (folder: string) => folder !== '' && !inner.includes(folder)
    const mayMeet = (module: Module, source: string) => {
      const folder = neighbour(module, source)
      return folder === null || [...inner, module.folder].includes(folder)
    }
    deepEqual(
      strays((module, source) => !isAdapter(module.folder) || mayMeet(module, source)),
      [],
    )
  })

  it('lets processes have only shared/ in common', () => {
    deepEqual(
      strays(({ file, home }, source) => {
        if (source.startsWith('@pushav/')) return home !== 'shared' && source.startsWith('@pushav/shared/')
        if (!source.startsWith('.')) return true
        return resolve(root, dirname(file), source).startsWith(join(root, home, 'src/'))
      }),
      [],
    )
  })

  it('keeps test support out of the product', () => {
    deepEqual(
      strays((_module, source) => !source.split('/').includes('testing')),
      [],
    )
  })

  it('reads settings from the environment only where a process begins; elsewhere it is handed on whole, or PATH', () => {
    const readers = modules
      .filter(({ text }) => /\bprocess\.env(\[|\.(?!PATH\b))/.test(text))
      .map(({ file }) => file)
    deepEqual(
      readers.filter((file) => !entryPoints.includes(file.split('/').at(-1) ?? '')),
      [],
    )
  })
})
