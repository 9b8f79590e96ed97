import { ok } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, parse } from 'node:path'

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
const maxFilesInFolder = 15

/** Names that tell their service or their folder apart, not their file. */
const mayRepeat = ['main.ts', 'config.ts', 'index.ts', 'health.ts', 'ports.ts']

/** Words of file names, each with the word that a search would be for. */
const insteadOf: Readonly<Record<string, string>> = {
  answer: 'response',
  answers: 'responses, queries',
  lane: 'connection',
  lanes: 'pool',
  feed: 'events, request body',
  carry: 'dispatch',
  relay: 'response body',
  turn: 'mutex, semaphore',
  turns: 'mutex, semaphore',
  room: 'buffer, limit, sandbox',
  gathering: 'batch',
  patience: 'retry, timeout',
  rest: 'backoff',
  pause: 'sleep',
  sparsely: 'throttle',
  remember: 'cache',
  remembering: 'memoize',
  recently: 'LRU',
  known: 'cache',
  kept: 'stored, codec',
  claim: 'lock',
  guard: 'exit with parent',
  life: 'run',
  lifeline: 'liveness',
  place: 'target',
  placed: 'ordered',
  places: 'directories',
  parts: 'processes',
  tell: 'publish, report, log',
  told: 'reported',
  say: 'log',
  hear: 'subscribe',
  follow: 'subscribe',
  follower: 'subscription',
  wish: 'options',
  wishes: 'options',
  needs: 'dependencies',
  cut: 'split, abort',
  lead: 'prefix',
  tally: 'facts',
  unfit: 'unsupported',
  board: 'pending',
  front: 'server',
}

const vagueWords = /\b(whoever|nobody|somebody|anybody|whatever)\b/i

/** Nouns of which the last word looks like a participle. */
const nouns =
  /(Finding|Setting|Encoding|Coding|Warning|Mapping|Timing|Heading|String|Seed|Speed|Need|Ending|Spelling|Listing)$/
const participle =
  /([a-z]ed|[a-z]ing|Told|Said|Kept|Cut|Known|Sent|Seen|Shown|Found|Held|Given|Taken|Made|Written|Heard|Lost)$/

interface ProductFile {
  /** From the repository's root. */
  readonly path: string
  /** The workspace that it belongs to. */
  readonly home: string
  readonly lines: readonly string[]
}

const files = packages.flatMap((home) =>
  globSync(`${home}/src/**/*.{ts,sh,lua,py}`, { cwd: root })
    .concat(globSync(`${home}/*.{sh,py}`, { cwd: root }))
    .filter(isProduct)
    .map((path): ProductFile => ({ path, home, lines: readFileSync(join(root, path), 'utf8').split('\n') })),
)

function isProduct(path: string): boolean {
  return !path.endsWith('.test.ts') && !path.split('/').includes('testing')
}

/** Every line to which a rule objects, with the objection. */
const objections = (objectionTo: (line: string, file: ProductFile) => string | null): readonly string[] =>
  files.flatMap((file) =>
    file.lines.flatMap((line, at) => {
      const objection = objectionTo(line, file)
      return objection === null ? [] : [`${file.path}:${at + 1} ${objection}`]
    }),
  )

function none(violations: readonly string[]): void {
  if (violations.length > 0) throw new Error(`${violations.length} violations\n${violations.join('\n')}`)
}

describe('the house rules', () => {
  it('are held against all product files', () => {
    ok(files.length > 250)
    for (const home of packages)
      ok(
        files.some((file) => file.home === home),
        home,
      )
  })

  it('call a limit max…, never most…', () => {
    none(
      objections((line) => {
        const [name] = /\bmost[A-Z]\w*/.exec(line) ?? []
        return name === undefined ? null : `${name}: limits are called max…`
      }),
    )
  })

  it('name an actor, where a comment or a text speaks of one', () => {
    none(
      objections((line) => {
        const [word] = vagueWords.exec(line) ?? []
        return word === undefined
          ? null
          : `“${word}”: name the client, device, proxy, ingest, worker or process`
      }),
    )
  })

  it('give each property of an object a place of its own, so that the formatter can lay it out', () => {
    none(
      objections((line) =>
        line.includes('...{') ? 'a literal is spread into a literal: write its properties' : null,
      ),
    )
  })

  it('give types the names of things', () => {
    none(
      objections((line) => {
        const [, name = ''] = /^(?:export )?(?:type|interface) (\w+)/.exec(line) ?? []
        if (!participle.test(name) || nouns.test(name)) return null
        return `${name}: types are nouns, and this is a participle`
      }),
    )
  })

  it('give each file of a service a name of its own', () => {
    const byName = Map.groupBy(files, ({ home, path }) => `${home} ${basename(path)}`)
    const twins = [...byName.values()].filter(
      (all) => all.length > 1 && !mayRepeat.includes(basename(all[0]?.path ?? '')),
    )
    none(twins.map((all) => all.map(({ path }) => path).join(' and ')))
  })

  it('call files what every server calls them', () => {
    none(
      files.flatMap(({ path }) =>
        parse(path)
          .name.split('-')
          .filter((word) => Object.hasOwn(insteadOf, word))
          .map((word) => `${path}: “${word}” finds nothing in a search; say ${insteadOf[word]}`),
      ),
    )
  })

  it(`keep a folder to ${maxFilesInFolder} files`, () => {
    const folders = Map.groupBy(files, ({ path }) => dirname(path))
    none(
      [...folders]
        .filter(([, inFolder]) => inFolder.length > maxFilesInFolder)
        .map(([folder, inFolder]) => `${folder}: ${inFolder.length} files`),
    )
  })
})

describe('the folders of the end-to-end tests', () => {
  const sources = (folder: string) =>
    globSync(`e2e/${folder}/**/*.ts`, { cwd: root }).flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, source = '']) => ({
        path,
        target: join(dirname(path), source),
      })),
    )

  it('let the bench and the support of tests share only clients, load and server', () => {
    const forbidden: Readonly<Record<string, RegExp>> = {
      bench: /^e2e\/support\//,
      support: /^e2e\/bench\//,
      server: /^e2e\/(support|bench|load)\//,
      clients: /^e2e\/(support|bench|load)\//,
      load: /^e2e\/(support|bench)\//,
    }
    none(
      Object.entries(forbidden).flatMap(([folder, targets]) =>
        sources(folder)
          .filter(({ target }) => targets.test(target))
          .map(({ path, target }) => `${path} imports ${target}`),
      ),
    )
  })
})
