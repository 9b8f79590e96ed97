import { deepEqual, ok } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { parse, type Token, tokTypes } from 'acorn'
import { checkSync } from 'recheck'

const root = join(import.meta.dirname, '..')

interface RegularExpression {
  readonly file: string
  readonly pattern: string
  readonly flags: string
}

/** Not linear, but never on more than a few bytes, or never on what a client sends. */
const accepted: Readonly<Record<string, string>> = {
  'shared/src/settings.ts': 'reads the environment',
  'shared/src/redis/url.ts': 'reads the environment',
  'services/standalone/src/options.ts': 'reads the command line',
  'services/camera/src/faults/home-kit-faults.ts': 'has a playlist that the camera wrote',
  'services/camera/src/faults/manifest-faults.ts': 'has manifests and paths of the camera',
  'services/camera/src/faults/order-faults.ts': 'has paths of the camera',
  'services/ingest/src/media/isobmff/moov/codec-string.ts': 'has six bytes in hex',
  'services/ingest/src/validation/tracks/track-names.ts':
    'has one path, up to 1024 bytes with names up to 255',
  'services/ingest/src/validation/tracks/track-likeness.ts':
    'has one path, up to 1024 bytes with names up to 255',
  'services/ingest/src/certificates/x509/pkcs12.ts': 'reads what this server has issued',
  'services/ingest/src/service/http/openapi-document.ts': 'reads the paths of the routes',
  'services/ui/src/assets.ts': 'reads the sources of the pages',
}

/** Files that make regular expressions from texts, sorted; what they insert is a constant, escaped, or of digits. */
const constructing = [
  'proxy/src/upstream/response-head.ts',
  'services/ingest/src/access/find-row.ts',
  'services/ingest/src/media/path-matcher.ts',
  'services/ingest/src/media/xml/doctype.ts',
  'services/ingest/src/media/xml/xml-parser.ts',
  'services/ingest/src/validation/tracks/path-pattern.ts',
  'services/ingest/src/validation/tracks/track-names.ts',
]

/**
 * A regular expression that backtracks takes time that grows with the square of what a client sends, or faster, and
 * blocks every other client meanwhile.
 */
describe('regular expressions of the product', () => {
  const files = globSync(['shared/src/**/*.ts', 'proxy/src/**/*.ts', 'services/*/src/**/*.ts'], {
    cwd: root,
  }).filter((file) => !/\.test\.ts$|\/testing\//.test(file))
  const literals = files.flatMap(literalsIn)

  it('are found', () => ok(literals.length > 100, String(literals.length)))

  it('take linear time, but for some that never get much', function () {
    this.timeout(240_000)
    const others = literals.filter(({ pattern, flags }) => !isLinear(pattern, flags))
    const refused = others.filter(({ file }) => !(file in accepted))
    deepEqual(
      refused.map(({ file, pattern, flags }) => `${file}: /${pattern}/${flags}`),
      [],
    )
    deepEqual([...new Set(others.map(({ file }) => file))].sort(), Object.keys(accepted).sort())
  })

  it('are all literals but in a few files', () => {
    const found = files.filter((file) =>
      /\bnew RegExp\(|[^.\w]RegExp\(/.test(readFileSync(join(root, file), 'utf8')),
    )
    deepEqual(found.sort(), constructing)
  })
})

/** Without a repetition that has no end, a regular expression is linear anyway. */
const isLinear = (pattern: string, flags: string): boolean =>
  !/[*+]|\{\d+,/.test(pattern) || checkSync(pattern, flags, { timeout: 60_000 }).status === 'safe'

function literalsIn(file: string): RegularExpression[] {
  const literals: RegularExpression[] = []
  const source = stripTypeScriptTypes(readFileSync(join(root, file), 'utf8'))
  const onToken = ({ type, start, end }: Token) => {
    if (type === tokTypes.regexp) literals.push({ file, ...partsOf(source.slice(start, end)) })
  }
  parse(source, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true, onToken })
  return literals
}

/** Of a literal with its slashes. */
function partsOf(literal: string): Pick<RegularExpression, 'pattern' | 'flags'> {
  const end = literal.lastIndexOf('/')
  return { pattern: literal.slice(1, end), flags: literal.slice(end + 1) }
}
