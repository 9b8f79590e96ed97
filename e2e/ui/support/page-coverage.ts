import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'

/** Where processes of Node write what they cover; undefined where nothing is measured. */
const { NODE_V8_COVERAGE: folder } = process.env
const sources = join(import.meta.dirname, '../../../services/ui/src')

type Covered = Awaited<ReturnType<Page['coverage']['stopJSCoverage']>>[number]

/** Before the page loads anything. Another `goto` writes first what was covered until then, which the browser forgets. */
export async function startPageCoverage(page: Page): Promise<void> {
  if (!folder) return
  await page.coverage.startJSCoverage()
  const { goto } = page
  page.goto = async function gotoAfterWriting(...args) {
    await writePageCoverage(page)
    await page.coverage.startJSCoverage()
    return goto.apply(page, args)
  }
}

/** Writes what the page covered of the modules of services/ui, as a process of Node does. */
export async function writePageCoverage(page: Page): Promise<void> {
  if (!folder) return
  const covered = await page.coverage.stopJSCoverage()
  const result = (await Promise.all(covered.map(coverageOfModule))).filter((module) => module !== null)
  await writeFile(join(folder, `coverage-page-${randomUUID()}.json`), JSON.stringify({ result }))
}

async function coverageOfModule({ url, scriptId, source, functions }: Covered) {
  const [, path] = /\/ui\/assets\/[^/]+\/(browser\/.+\.ts)$/.exec(url) ?? []
  if (path === undefined || source === undefined) return null
  const file = join(sources, path)
  const offsetOf = createTranslation(source, await readFile(file, 'utf8'))
  const translated = functions.map(({ ranges, ...rest }) => ({
    ...rest,
    ranges: ranges.map(({ startOffset, endOffset, count }) => ({
      startOffset: offsetOf(startOffset),
      endOffset: offsetOf(endOffset),
      count,
    })),
  }))
  return { scriptId, url: pathToFileURL(file).href, functions: translated }
}

/** From offsets in a module as it is served, which lacks comments and blanks at line ends, to those in its file. */
function createTranslation(served: string, file: string): (offset: number) => number {
  const from = lineStarts(served)
  const to = lineStarts(file)
  return function translate(offset) {
    const line = from.findLastIndex((start) => start <= offset)
    return (to[line] ?? file.length) + offset - (from[line] ?? 0)
  }
}

const lineStarts = (text: string): readonly number[] => [
  0,
  ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1),
]
