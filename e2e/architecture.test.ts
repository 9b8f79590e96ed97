import { deepEqual, ok } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { loadedImports, moduleOf } from './tiers/test-files.ts'

const root = join(import.meta.dirname, '..')
const packages = [
  'shared',
  'proxy',
  'services/camera',
  'services/ingest',
  'services/probe',
  'services/standalone',
  'services/ui',
]

/** A technology: only modules with this folder in their path may import the package. */
const folderOf: Record<string, string> = {
  ioredis: 'redis',
  bullmq: 'queue',
  express: 'http',
  '@aws-sdk/client-s3': 's3',
  yazl: 'http',
  'prom-client': 'metrics',
  selfsigned: 'x509',
  'node-forge': 'x509',
  '@peculiar/x509': 'x509',
  'reflect-metadata': 'x509',
  '@homebridge/ciao': 'mdns',
  'rate-limiter-flexible': 'limits',
}

/** Folders of adapters, in whatever capability they are. */
const technologies = [
  'http',
  'metrics',
  'disk',
  'redis',
  'queue',
  's3',
  'x509',
  'mdns',
  'ffprobe',
  'tls',
  'upstream',
]

/** What a process with default settings does not need after its first start, so its start does not wait for it. */
const optionalPackages = [
  '@aws-sdk/client-s3',
  'prom-client',
  'rate-limiter-flexible',
  'node-forge',
  'selfsigned',
  // shared/src/process/node-http.ts has what servers need of it.
  'node:http',
]

/** Validation, parsers and the fold are functions of data, and so is everything that they import. */
const pureRoots =
  /^services\/ingest\/src\/(validation|media)\/|^services\/ingest\/src\/indexing\/(fold|requirements)\.ts$|\/domain\//

/** Packages and shared modules without input, output or clock. */
const purePackages = [
  'node:crypto',
  ...[
    'handover',
    'hop-by-hop',
    'identity',
    'paths',
    'probe-job',
    'lib/box-header',
    'lib/lru',
    'lib/memoize',
    'lib/printable',
    'lib/shell-quote',
  ].map((name) => `@pushav/shared/${name}.ts`),
]

/** What a process is started with; it alone looks at the environment, besides config.ts. */
const entryPoints = ['main.ts', 'health.ts', 'config.ts']

interface Module {
  /** From the repository's root. */
  readonly file: string
  /** The workspace it belongs to. */
  readonly home: string
  /** The folders below `src` that lead to it, outermost first. */
  readonly folders: readonly string[]
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
  return { file, home, folders: foldersOf(home, join(root, file)), text, imports }
}

function foldersOf(home: string, path: string): readonly string[] {
  return relative(join(root, home, 'src'), path)
    .split('/')
    .slice(0, -1)
}

/** Whether a module runs in browsers. */
const isBrowser = (file: string): boolean => file.startsWith('services/ui/src/browser/')

/** The technology that a module is an adapter to; null for none. */
const technologyOf = ({ folders }: Module): string | null =>
  technologies.find((technology) => folders.includes(technology)) ?? null

/** Every import that a rule turns away, as a sentence. */
function strays(mayImport: (module: Module, source: string) => boolean): string[] {
  return modules.flatMap((module) =>
    module.imports
      .filter((source) => !mayImport(module, source))
      .map((source) => `${module.file} imports ${source}`),
  )
}

/** The module that an import leads to; null for a package. */
function importedModule({ file }: Module, source: string): Module | null {
  const target = moduleOf(file, source)
  return modules.find((module) => module.file === target) ?? null
}

/** The module of the same workspace that an import leads to; null when it leads elsewhere. */
const neighbour = (module: Module, source: string): Module | null =>
  source.startsWith('.') ? importedModule(module, source) : null

/** Circles of imports that are reached from a module, as paths. */
function circlesFrom(module: Module, path: readonly Module[], done: Set<Module>): readonly string[] {
  const before = path.indexOf(module)
  if (before >= 0) return [[...path.slice(before), module].map(({ file }) => file).join(' > ')]
  if (done.has(module)) return []
  const next = module.imports.map((source) => neighbour(module, source)).filter((one) => one !== null)
  const circles = next.flatMap((one) => circlesFrom(one, [...path, module], done))
  done.add(module)
  return circles
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

  it('lets no file import itself through others', () => {
    const done = new Set<Module>()
    deepEqual(
      modules.flatMap((module) => circlesFrom(module, [], done)),
      [],
    )
  })

  it('lets only the folder named after a technology import it', () => {
    const mayImport = ({ folders }: Module, source: string) => {
      const technology = folderOf[source]
      return technology === undefined || folders.includes(technology)
    }
    deepEqual(strays(mayImport), [])
  })

  it('starts each process without the packages that only some settings need, and without the adapters to the store', () => {
    for (const home of ['proxy', 'services/ingest', 'services/probe', 'services/standalone']) {
      const main = modules.find(({ file }) => file === `${home}/src/main.ts`)
      ok(main, home)
      const reached = new Set([main])
      for (const module of reached) {
        ok(technologyOf(module) !== 's3', `${home}: ${module.file} is loaded`)
        for (const source of loadedImports(module.text)) {
          ok(!optionalPackages.includes(source), `${home}: ${module.file} imports ${source}`)
          const next = importedModule(module, source)
          if (next) reached.add(next)
        }
      }
      ok(reached.size > 10, home)
    }
  })

  it('starts programs only in ffprobe/, in the standalone and in the camera', () => {
    const mayStart = ({ file, home, folders }: Module) =>
      home === 'services/standalone' ||
      file === 'services/camera/src/media/encode-clip.ts' ||
      folders.includes('ffprobe') ||
      file === 'shared/src/process/kill-group.ts'
    deepEqual(
      strays((module, source) => source !== 'node:child_process' || mayStart(module)),
      [],
    )
  })

  it('keeps parsers, validation and the fold pure, with everything they reach', () => {
    const pure = modules.filter(({ file }) => pureRoots.test(file))
    const reached = new Set(pure)
    for (const module of reached) {
      for (const source of module.imports) {
        const next = neighbour(module, source)
        if (next) reached.add(next)
      }
    }
    ok(pure.length > 60)
    const impureImports = [...reached].flatMap(({ file, imports }) =>
      imports
        .filter((source) => !source.startsWith('.') && !purePackages.includes(source))
        .map((source) => `${file} imports ${source}`),
    )
    deepEqual(impureImports, [])
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|randomUUID|process\.|performance\.)/
    deepEqual(
      [...reached].filter(({ text }) => impure.test(text)).map(({ file }) => file),
      [],
    )
  })

  it('lets only adapters and the root of a service know a technology', () => {
    const mayKnow = (module: Module, source: string) => {
      const next = neighbour(module, source)
      const isAdapter = technologyOf(module) !== null || module.folders.length === 0
      if (isAdapter || module.home !== 'services/ingest') return true
      return next === null ? isTechnologyFree(source) : technologyOf(next) === null
    }
    const isTechnologyFree = (source: string) =>
      source === 'uuid' || source.startsWith('@pushav/shared/') || purePackages.includes(source)
    deepEqual(strays(mayKnow), [])
  })

  it('keeps adapters of different technologies from importing each other', () => {
    const mayMeet = (module: Module, source: string) => {
      const next = neighbour(module, source)
      const [own, other] = [technologyOf(module), next && technologyOf(next)]
      return own === null || other === null || own === other || module.home === 'proxy'
    }
    deepEqual(strays(mayMeet), [])
  })

  it('lets processes have only shared/ in common, and ingest serve the files of the web pages', () => {
    deepEqual(
      strays(({ file, home }, source) => {
        if (home === 'services/ingest' && source === '@pushav/ui/site.ts') return true
        if (source.startsWith('@pushav/')) return home !== 'shared' && source.startsWith('@pushav/shared/')
        if (!source.startsWith('.')) return true
        return resolve(root, dirname(file), source).startsWith(join(root, home, 'src/'))
      }),
      [],
    )
  })

  it('lets browser modules import each other only; nothing but types comes from shared/src/api', () => {
    const browser = modules.filter(({ file }) => isBrowser(file))
    ok(browser.length > 30)
    const foreign = browser.flatMap(({ file, text }) =>
      [...text.matchAll(/^import (type )?[^']*'([^']+)'/gm)]
        .filter(
          ([, isType, source = '']) =>
            !source.startsWith('.') && !(isType && source.startsWith('@pushav/shared/api/')),
        )
        .map(([, , source]) => `${file} imports ${source}`),
    )
    deepEqual(foreign, [])
  })

  it('keeps texts from becoming markup or code in the browser', () => {
    const unsafe =
      /\b(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|setHTMLUnsafe|srcdoc|eval)\b|document\.write|new Function|javascript:|setAttribute\(\s*['"`](on|style)/
    const found = modules
      .filter(({ file, text }) => isBrowser(file) && unsafe.test(text))
      .map(({ file }) => file)
    // It names what it refuses to set.
    deepEqual(found, ['services/ui/src/browser/dom/h.ts'])
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
