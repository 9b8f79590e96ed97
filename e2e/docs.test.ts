import { deepEqual, match, ok } from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { faults } from '../services/camera/src/faults/faults.ts'
import { profiles } from '../services/camera/src/profiles/profiles.ts'
import { statusOf } from '../services/ingest/src/http/status-of.ts'
import { keysOf } from '../services/ingest/src/indexing/redis/redis-keys.ts'
import { findingCodes } from '../services/ingest/src/validation/rules.ts'
import { help } from '../services/standalone/src/options.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', 'services/*/README.md'], { cwd: root }).sort()
const maxReadmeLines = 120
const maxLineLength = 120
const maxWords = 40

describe('the pages', () => {
  it('are all there', () => ok(pages.length > 20))

  for (const page of pages) {
    describe(page, () => {
      it('links to files and headings that exist', () => deepEqual(brokenLinks(page), []))
      it('names files of the repository that exist', () => deepEqual(missingFiles(page), []))
      it('names scripts of package.json that exist', () => deepEqual(missingScripts(page), []))
      it('begins each table with a head', () => deepEqual(rowsWithoutHead(page), []))
    })
  }
})

describe('README.md', () => {
  const readme = read('README.md')

  it(`has at most ${maxReadmeLines} lines`, () => ok(readme.trimEnd().split('\n').length <= maxReadmeLines))

  it('has no long line but in tables and with URLs', () => {
    const mayBeLong = (line: string) => line.startsWith('|') || line.includes('https://')
    deepEqual(
      readme.split('\n').filter((line) => line.length > maxLineLength && !mayBeLong(line)),
      [],
    )
  })

  it(`has no sentence of more than ${maxWords} words`, () => {
    deepEqual(
      sentencesIn(readme).filter((sentence) => sentence.split(/\s+/).length > maxWords),
      [],
    )
  })

  it('says how many rules there are', () =>
    match(readme, new RegExp(`There are ${findingCodes.length} rules`)))
})

describe('docs/api.md', () => {
  const api = read('docs/api.md')

  it('has exactly the routes of ingest', () => {
    const documented = rowsOf(api, '## All routes').flatMap(([methods = '', path = '']) =>
      methods.split(', ').map((method) => `${method} ${/`(.+?)`/.exec(path)?.[1]}`),
    )
    deepEqual(documented.sort(), routes().sort())
  })

  it('has exactly the error codes of proxy and ingest, with their statuses', () => {
    const documented = rowsOf(api, '## Error codes').map(
      ([code = '', status]) => `${unquoted(code)} ${status}`,
    )
    const known = [...new Map([...codesElsewhere(), ...Object.entries(statusOf)])]
    deepEqual(documented.sort(), known.map(([code, status]) => `${code} ${status}`).sort())
  })
})

describe('docs/camera.md', () => {
  const camera = read('docs/camera.md')

  it('has exactly the profiles of the simulated camera', () => {
    const documented = rowsOf(camera, '## Profiles').map(([name = '']) => unquoted(name))
    deepEqual(documented, Object.keys(profiles))
  })

  it('has exactly its faults, with their findings', () => {
    const documented = rowsOf(camera, '## Faults').map((row) => row.map(unquoted))
    deepEqual(
      documented,
      Object.values(faults).map(({ example, does, finding, profile }) => [example, does, finding, profile]),
    )
  })
})

describe('docs/security.md', () => {
  it('names tests whose titles are in their files', () => {
    const named = [...read('docs/security.md').matchAll(/`([\w./-]+\.test\.ts)`: ([^|]+?) \|$/gm)]
    ok(named.length > 40)
    const missing = named.filter(([, file = '', title = '']) => !read(file).includes(title))
    deepEqual(
      missing.map(([row]) => row),
      [],
    )
  })
})

describe('docs/architecture.md', () => {
  it('names files and functions of one PUT that exist', () => {
    const steps = rowsOf(read('docs/architecture.md'), '## One PUT')
    ok(steps.length > 30)
    let folder = ''
    const missing = steps.filter(([number, , place = '']) => {
      const [, path = '', name = ''] = /^`([^`]+)`(?: `(\w+)`)?$/.exec(place) ?? []
      if (number === '') folder = path
      return number !== '' && !isInFile(join(folder, path), name)
    })
    deepEqual(missing, [])
  })
})

describe('docs/debugging.md', () => {
  it('names the Redis keys of a stream, and no others', () => {
    const rows = rowsOf(read('docs/debugging.md'), '## The keys of a stream in Redis')
    const documented = rows.flatMap(([names = '']) =>
      [...names.matchAll(/`([\w-]+)/g)].map(([, name]) => name),
    )
    const keys = Object.values(keysOf('1')).map((key) => (typeof key === 'string' ? key : key('', '')))
    const known = keys.map((key) => key.replace('{stream:1}:', '').split(':', 1)[0])
    deepEqual(documented.sort(), [...known, 'probes'].sort())
  })
})

describe('docs/configuration.md', () => {
  const configuration = read('docs/configuration.md')
  const sections: Record<string, readonly string[]> = {
    '## npm start': ['services/standalone/src/options.ts', 'services/standalone/src/main.ts'],
    '## Proxy': ['proxy/src/config.ts', 'proxy/src/health.ts'],
    '## Ingest': ['services/ingest/src/config.ts'],
    '## Probe worker': ['services/probe/src/config.ts', 'services/probe/src/health.ts'],
  }

  it('has exactly the flags of npm start', () => {
    const documented = rowsOf(configuration, '## npm start').flatMap(
      ([flag = '']) => flag.match(/--[a-z-]+/) ?? [],
    )
    const known = [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag)
    deepEqual(documented.sort(), known.sort())
  })

  for (const [heading, files] of Object.entries(sections)) {
    const rows = rowsOf(configuration, heading)
    const settings = new Map(files.flatMap((file) => settingsIn(read(file))))

    it(`has exactly the variables of ${files.join(' and ')}`, () => {
      const documented = rows.flatMap((cells) => cells.slice(0, 2).filter((cell) => /^`[A-Z_]+`$/.test(cell)))
      deepEqual(documented.map(unquoted).sort(), [...settings.keys()].sort())
    })

    it(`has the defaults of ${files.join(' and ')}`, () => {
      for (const [name, fallback] of settings) {
        const row = rows.find((cells) => cells.slice(0, 2).includes(`\`${name}\``)) ?? []
        ok(
          fallback === null || row.some((cell) => cell.includes(fallback)),
          `${name} has the default ${fallback}`,
        )
      }
    })
  }
})

/** First rows of tables that no line of dashes follows: they are shown as text. */
function rowsWithoutHead(page: string): readonly string[] {
  const lines = read(page)
    .replaceAll(/^```.*?^```/gms, '')
    .split('\n')
  return lines.filter(
    (line, at) =>
      line.startsWith('|') && !lines[at - 1]?.startsWith('|') && !/^\|[-:| ]+\|$/.test(lines[at + 1] ?? ''),
  )
}

function brokenLinks(page: string): readonly string[] {
  const links = [...proseOf(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(page, link))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? page : relative('.', join(dirname(page), path))
  if (!existsSync(join(root, target))) return false
  return heading === undefined || headingsOf(read(target)).includes(heading)
}

/** As code hosting sites make anchors of headings. */
const headingsOf = (text: string): readonly string[] =>
  [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )

/** Paths from the repository's root that are quoted as code. */
function missingFiles(page: string): readonly string[] {
  const quoted = [...read(page).matchAll(/`((?:proxy|services|shared|e2e|docs)\/[\w./-]+)`/g)]
  return quoted
    .map(([, path = '']) => path)
    .filter((path) => !isMadeByUsers(path) && !existsSync(join(root, path)))
}

const isMadeByUsers = (path: string): boolean => path.startsWith('services/probe/build/')

function isInFile(file: string, name: string): boolean {
  return existsSync(join(root, file)) && new RegExp(`\\b${name}\\b`).test(read(file))
}

function missingScripts(page: string): readonly string[] {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> }
  const named = [...read(page).matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)]
  return named.map(([, script, short]) => script ?? short ?? '').filter((script) => !(script in scripts))
}

const proseOf = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, '')

/** Sentences of paragraphs and lists, without tables and headings. */
function sentencesIn(text: string): readonly string[] {
  const paragraphs = proseOf(text)
    .replace(/^(\||#).*$/gm, '')
    .split(/\n\s*\n|^- /m)
  return paragraphs.flatMap((paragraph) => paragraph.split(/[.:;!?](?:\s|$)/))
}

/** The cells of all tables below a heading, up to the next heading of its level. */
function rowsOf(text: string, heading: string): readonly (readonly string[])[] {
  const start = text.indexOf(`\n${heading}\n`)
  ok(start >= 0, `there is no heading ${heading}`)
  const [section = ''] = text.slice(start + heading.length + 2).split(/^## /m)
  const lines = section.split('\n').filter((line) => line.startsWith('| ') || line.startsWith('|-'))
  const rows = lines.map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
  return rows
    .filter((_row, i) => !isRule(rows[i]) && !isRule(rows[i + 1]))
    .map((row) => row.map((cell) => cell.trim()))
}

function isRule(row: readonly string[] | undefined): boolean {
  return row?.every((cell) => /^-+$/.test(cell)) ?? false
}

function unquoted(cell: string): string {
  return cell.replaceAll('`', '')
}

/** `GET /streams/{id}/{path}` for each that ingest's routers have. */
function routes(): string[] {
  const files = globSync('services/ingest/src/**/http/*.ts', { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  return files.flatMap((file) => {
    const found = read(file).matchAll(/\brouter(?:\.(\w+)|\[method\])\(\s*'([^']+)'/g)
    return [...found].flatMap(([, method, pattern = '']) =>
      (method === undefined ? ['PUT', 'POST'] : [method.toUpperCase()]).map(
        (name) => `${name} ${pathOf(pattern)}`,
      ),
    )
  })
}

/** express's pattern as users write it. */
const pathOf = (pattern: string): string =>
  pattern
    .replace('{/*path}', '/{path}')
    .replace('*path', '{path}')
    .replace(/:(\w+)/g, '{$1}')

/** Error codes that are not refusals of ingest, with their statuses. */
function codesElsewhere(): ReadonlyMap<string, number> {
  const files = globSync(['proxy/src/**/*.ts', 'services/ingest/src/**/*.ts'], { cwd: root })
  const text = files
    .filter((file) => !/test/.test(file))
    .map(read)
    .join('\n')
  const inOrder = text.matchAll(/\bstatus: (\d{3}),\s*code: '([a-z-]+)'|\[(\d{3}), '([a-z-]+)',/g)
  const faults = text.matchAll(/\bfault\(\s*'(certificate-[a-z-]+)'/g)
  return new Map([
    ...[...inOrder].map(([, a, code, b, other]) => [code ?? other ?? '', Number(a ?? b)] as const),
    ...[...faults].map(([, code = '']) => [code, 403] as const),
  ])
}

/** Variables that a module reads, with the defaults that stand beside them as texts. */
function settingsIn(source: string): readonly (readonly [string, string | null])[] {
  const own = [...source.matchAll(/\bsetting\(/g)].flatMap(({ index }) => {
    const texts = [...callAt(source, index).matchAll(/'([^']*)'/g)].map(([, text = '']) => text)
    const name = texts.find((text) => /^[A-Z_]+$/.test(text))
    return name === undefined ? [] : [[name, fallbackIn(texts, name)] as const]
  })
  const names = new Set(own.map(([name]) => name))
  const others = [...source.matchAll(/\bprocess\.env\.([A-Z_]+)/g)].map(([, name = '']) => name)
  return [...own, ...others.filter((name) => !names.has(name)).map((name) => [name, null] as const)]
}

/** The call that begins at an index, up to its closing parenthesis. */
function callAt(source: string, index: number): string {
  let depth = 0
  for (let end = index; end < source.length; end++) {
    if (source[end] === '(') depth++
    if (source[end] === ')' && --depth === 0) return source.slice(index, end)
  }
  return source.slice(index)
}

/** The text behind the name, unless it is a description. */
function fallbackIn(texts: readonly string[], name: string): string | null {
  const last = texts.at(-1)
  return last === undefined || last === name || last.includes(' ') || last === '1.5' ? null : last
}
