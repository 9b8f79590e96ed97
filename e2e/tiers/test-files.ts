import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/**
 * A set of tests that run together. `unit`: tests without a process and without Redis; `soak`: long loops, named
 * `*.soak.test.ts`; `integration`: all other tests.
 */
export type Tier = 'unit' | 'integration' | 'soak'

/** Packages that start processes or connect to Redis. A test that imports one, even indirectly, is no unit test. */
const startingPackages = ['node:child_process', 'ioredis', 'bullmq']

/** Paths of all test files from the repository's root, by tier. */
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

/** Bundles: modules that import the test files that share servers, so that mocha runs these files in sequence. */
export const bundles = (): ReadonlyMap<string, readonly string[]> =>
  new Map(
    globSync('e2e/bundles/*.ts', { cwd: root })
      .sort()
      .map((file) => [file, importsOf(file).map((source) => join(dirname(file), source))]),
  )

/** Replaces the files of a bundle with the bundle, if all of them are in the list. */
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

/** The path of an imported module of the repository; null for a package. */
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

/** The modules that Node loads with a module of this text. Imports of types are erased, so they do not count. */
export const loadedImports = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'"]*?\bfrom\s+)?'([^']+)'/gm)].map(
    ([, source = '']) => source,
  )
