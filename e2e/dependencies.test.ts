import { deepEqual, equal, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './tiers/test-files.ts'

interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly hasInstallScript?: boolean
  readonly dev?: boolean
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

const lock: Record<string, LockedPackage | undefined> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages
const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')

describe('package-lock.json', () => {
  it('has one copy of each version that a server loads', () => {
    const inProduction = Object.entries(lock).filter(([, locked]) => locked?.version && !locked.dev)
    const names = inProduction.map(
      ([path, locked]) => `${path.split('node_modules/').at(-1)} ${locked?.version}`,
    )
    ok(names.length > 100)
    deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    )
  })
})

describe('docs/dependencies.md', () => {
  it('tells every direct dependency as it is locked', () => {
    deepEqual(rowsBelow('## In production'), rowsOf('dependencies'))
    deepEqual(rowsBelow('## In development'), rowsOf('devDependencies'))
  })

  it('is right that only the script of node runs at an install', () => {
    const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const withScripts = Object.entries(lock).flatMap(([path, locked]) =>
      locked?.hasInstallScript
        ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)]
        : [],
    )
    const allowed = Object.entries(allowScripts).flatMap(([name, isAllowed]) => (isAllowed ? [name] : []))
    deepEqual(allowed, ['node'])
    for (const name of withScripts)
      ok(name === 'fsevents' || name in allowScripts, `${name} has an install script`)
  })
})

describe('npm run sbom', () => {
  it('lists every package, and marks those of development', () => {
    const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 } as const
    const sbom: Sbom = JSON.parse(execFileSync('npm', ['run', '--silent', 'sbom'], options))
    equal(sbom.bomFormat, 'CycloneDX')
    const isForDevelopment = new Map(
      sbom.components.map(({ name, group, properties = [] }) => [
        group ? `${group}/${name}` : name,
        properties.some((property) => property.name === 'cdx:npm:package:development'),
      ]),
    )
    for (const [name] of rowsOf('dependencies')) equal(isForDevelopment.get(name), false, name)
    for (const name of ['mocha', 'typescript', 'playwright-core'])
      equal(isForDevelopment.get(name), true, name)
  })
})

interface Sbom {
  readonly bomFormat: string
  readonly components: readonly {
    readonly name: string
    readonly group?: string
    readonly properties?: readonly { readonly name: string }[]
  }[]
}

/** Package, version, licence and number of packages that it brings in. */
type Row = readonly [name: string, version: string, licence: string, transitive: number]

function rowsBelow(heading: string): Row[] {
  const section = page.slice(page.indexOf(heading)).split('\n## ')[0] ?? ''
  return section.split('\n').flatMap((line): Row[] => {
    const [, name = '', version = '', licence = '', transitive = ''] = line
      .split('|')
      .map((cell) => cell.trim())
    return /^\d+$/.test(transitive) ? [[name, version, licence, Number(transitive)]] : []
  })
}

/** What a workspace needs in production counts as that, though another one needs it in development. */
function rowsOf(kind: 'dependencies' | 'devDependencies'): Row[] {
  const namesOf = (of: typeof kind) =>
    Object.entries(lock).flatMap(([path, locked]) =>
      path.includes('node_modules')
        ? []
        : Object.keys(locked?.[of] ?? {}).filter((name) => !name.startsWith('@pushav/')),
    )
  const production = new Set(namesOf('dependencies'))
  const names =
    kind === 'dependencies' ? [...production] : namesOf(kind).filter((name) => !production.has(name))
  return [...new Set(names)].sort().map((name) => {
    const path = `node_modules/${name}`
    const { version = '', license = '' } = lock[path] ?? {}
    return [name, version, license, broughtInBy(path).size]
  })
}

function broughtInBy(path: string, found = new Set<string>()): Set<string> {
  for (const name of Object.keys({ ...lock[path]?.dependencies, ...lock[path]?.optionalDependencies })) {
    const dependency = resolved(path, name)
    if (dependency === null || found.has(dependency)) continue
    found.add(dependency)
    broughtInBy(dependency, found)
  }
  return found
}

/** As Node.js resolves: in the package's own node_modules, then in those of the folders above. */
function resolved(from: string, name: string): string | null {
  const nested = `${from}/node_modules/${name}`
  if (lock[nested]) return nested
  const above = from.lastIndexOf('/node_modules/')
  if (above >= 0) return resolved(from.slice(0, above), name)
  return lock[`node_modules/${name}`] ? `node_modules/${name}` : null
}
