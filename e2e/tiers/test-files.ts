import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/**
 * Which tests run together. `unit`: no process and no Redis; `soak`: long loops, named `*.soak.test.ts`; `integration`:
 * all the others.
 */
export type Tier = 'unit' | 'integration' | 'soak'

/** A test that imports one of these, itself or through other modules, starts a process or speaks to Redis. */
const startingPackages = ['node:child_process', 'ioredis', 'bullmq']

/** All test files by tier, from the repository's root. */
export function testFiles(): Readonly<Record<Tier, readonly string[]>> {
  const files = globSync('{shared,proxy,services,e2e}/**/*.test.ts', {
    cwd: root,
    exclude: ['**/node_modules/**'],
  }).sort()
  const byTier = Map.groupBy(files, tierOf)
  return {
    unit: byTier.get('unit') ?? [],
    integration: byTier.get('integration') ?? [],
    soak: byTier.get('soak') ?? [],
  }
}

/** Modules that import the test files which share servers; each runs as one file, so its files one after the other. */
export const bundles = (): ReadonlyMap<string, readonly string[]> =>
  new Map(
    globSync('e2e/bundles/*.ts', { cwd: root })
      .sort()
      .map((file) => [file, importsOf(file).map((source) => join(dirname(file), source))]),
  )

/** The same tests with bundles, where all files of one are to run, in the place of the first of them. */
export function withBundles(files: readonly string[]): readonly string[] {
  const bundleOf = new Map<string, string>()
  for (const [bundle, members] of bundles())
    if (members.every((file) => files.includes(file))) for (const file of members) bundleOf.set(file, bundle)
  return [...new Set(files.map((file) => bundleOf.get(file) ?? file))]
}

function tierOf(file: string): Tier {
  if (file.endsWith('.soak.test.ts')) return 'soak'
  return startsSomething(file) ? 'integration' : 'unit'
}

function startsSomething(file: string): boolean {
  const reached = new Set([file])
  for (const module of reached) {
    for (const source of importsOf(module)) {
      if (startingPackages.includes(source)) return true
      const next = moduleOf(module, source)
      if (next !== null) reached.add(next)
    }
  }
  return false
}

/** A module of the repository, or null for a package. */
export function moduleOf(from: string, source: string): string | null {
  if (source.startsWith('.')) return join(dirname(from), source)
  return source.startsWith('@pushav/shared/') ? source.replace('@pushav/shared', 'shared/src') : null
}

const knownImports = new Map<string, readonly string[]>()

function importsOf(module: string): readonly string[] {
  const known = knownImports.get(module)
  if (known) return known
  const text = readFileSync(join(root, module), 'utf8')
  const lazy = [...text.matchAll(/\bimport\(\s*'([^']+)'/g)].map(([, source = '']) => source)
  const imports = [...loadedImports(text), ...lazy]
  knownImports.set(module, imports)
  return imports
}

/** What is loaded with a module of this text; types are erased, so what only they import is not. */
export const loadedImports = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'"]*?\bfrom\s+)?'([^']+)'/gm)].map(
    ([, source = '']) => source,
  )
