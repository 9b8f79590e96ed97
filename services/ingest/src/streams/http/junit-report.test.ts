import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { FaultReactionResponse } from '@pushav/shared/api/lab/faults.ts'
import { noCounts, reportOf } from '../../validation/report.ts'
import type { ExplainedRow, SessionReport } from '../session-report.ts'
import { junitPieces } from './junit-report.ts'

const met = row('mpd-path', 'met')
const skipped = row('hls-path', 'not-exercised')
const failed = row('segment-number-gap', 'violated')
const warned = row('duration-header-off', 'violated')

describe('junitOf', () => {
  it('counts cases, failures and what was not exercised, in each suite and in all', async () => {
    const xml = await parsed([met, skipped, failed, warned])
    const counts = { tests: '4', failures: '1', errors: '0', skipped: '1', time: '0' }
    deepEqual(xml.attributes, { name: 'stream 7', ...counts })
    deepEqual(xml.children[0]?.attributes, { name: 'stream 7, session 1', ...counts })
  })

  it('fails a violated error with its sentence and its first uploads', async () => {
    const [failure] = (await caseOf(failed)).children
    deepEqual([failure?.tag, failure?.attributes], ['failure', { message: failed.title, type: 'error' }])
    match(failure?.text ?? '', /a\/b\.m4s \(upload u1\): expected 2, received 3\nand 1 more$/)
  })

  it('tells of a violated warning without failing it', async () => {
    const [told] = (await caseOf(warned)).children
    equal(told?.tag, 'system-out')
    match(told?.text ?? '', /^warning: .*\na\/b\.m4s/)
  })

  it('skips what nothing put to the test, and leaves what is met empty', async () => {
    deepEqual(
      (await caseOf(skipped)).children.map(({ tag }) => tag),
      ['skipped'],
    )
    deepEqual((await caseOf(met)).children, [])
  })

  it('has a suite for hits of faults: lost objects fail, those that may still come are skipped', async () => {
    const hits = [reaction('a', true), reaction('b', false), reaction('c', null)]
    const xml = await reportOn({ session: '1', rules: [met] }, hits)
    const counts = { tests: '3', failures: '1', errors: '0', skipped: '1', time: '0' }
    deepEqual(xml.attributes, { name: 'stream 7', ...counts, tests: '4' })
    const suite = xml.children[1]
    deepEqual(suite?.attributes, { name: 'stream 7, faults on purpose', ...counts })
    deepEqual(
      suite?.children.map(({ attributes, children }) => [attributes.name, children[0]?.tag]),
      [
        ['a: the server did it', 'failure'],
        ['b: the server did it', 'system-out'],
        ['c: the server did it', 'skipped'],
      ],
    )
    equal(suite?.children[0]?.children[0]?.text, 'what it did')
  })

  for (const hostile of [
    ']]>',
    '<!ENTITY x SYSTEM "file:///etc/passwd">&x;',
    `"' onload='`,
    'tab\tand\nnewline\rand return',
    '🎥 кино 映画',
    '--><?xml?>',
  ])
    it(`passes ${JSON.stringify(hostile)} on as it is`, async () => {
      const [failure] = (await caseOf({ ...failed, title: 'x', examples: [example(hostile)] })).children
      ok(failure?.text.includes(`${hostile} (upload u1): ${hostile}`), failure?.text)
    })

  for (const [impossible, spelled] of [
    ['\0\u0001\u001b\u000b', '\\u0000\\u0001\\u001b\\u000b'],
    ['\ud800x\udc00', '\\ud800x\\udc00'],
    ['\ufffe\uffff', '\\ufffe\\uffff'],
  ] as const)
    it(`spells ${spelled} out, which XML cannot have`, async () => {
      const [failure] = (await caseOf({ ...failed, examples: [example(impossible)] })).children
      ok(failure?.text.includes(`${spelled} (upload u1)`), failure?.text)
    })

  it('is well-formed when the name of a session is hostile', async () => {
    const [suite] = (await reportOn({ session: '1"><x>&\u0007', rules: [met] })).children
    equal(suite?.attributes.name, 'stream 7, session 1"><x>&\\u0007')
  })
})

function row(code: ExplainedRow['code'], result: ExplainedRow['result']): ExplainedRow {
  const found = reportOf(noCounts).find((row) => row.code === code)
  if (!found) throw new Error(`no rule ${code}`)
  const examples = result === 'violated' ? [example('a/b.m4s')] : []
  return {
    ...found,
    result,
    count: examples.length * 2,
    uploads: examples.map(({ upload }) => upload),
    examples,
  }
}

function example(path: string) {
  return { upload: 'u1', path, message: path === 'a/b.m4s' ? 'expected 2, received 3' : path }
}

const caseOf = async (one: ExplainedRow) => (await parsed([one])).children[0]?.children[0] as Element

const parsed = (rules: readonly ExplainedRow[]) => reportOn({ session: '1', rules })

const reaction = (path: string, isLost: boolean | null): FaultReactionResponse => ({
  ...{
    upload: 'u',
    fault: 'r',
    does: 'did it',
    path,
    session: '1',
    track: 'video',
    at: '2026-11-28T12:00:00Z',
  },
  ...{ reaction: 'skipped', retries: 0, retried_after_ms: [], same_bytes: null, delivered_after_ms: null },
  ...{
    resumed_after_ms: null,
    next_session: null,
    certificate: null,
    renewed_after_ms: null,
    data_lost: isLost,
    says: 'what it did',
  },
})

async function reportOn(
  report: SessionReport,
  reactions: readonly FaultReactionResponse[] = [],
): Promise<Element> {
  const reports = {
    async *rows() {
      yield report.rules
    },
    async *reports() {
      yield report
    },
  }
  return read((await Array.fromAsync(junitPieces('7', reports, reactions))).join(''))
}

interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly Element[]
}

const reader = `
import json, sys, xml.etree.ElementTree as tree
def shown(e): return {"tag": e.tag, "attributes": e.attrib, "text": e.text or "", "children": [shown(c) for c in e]}
print(json.dumps(shown(tree.fromstring(sys.stdin.buffer.read()))))`

/** As another program's parser reads it, which refuses what is not well-formed. */
const read = (xml: string): Element =>
  JSON.parse(execFileSync('python3', ['-c', reader], { input: xml, encoding: 'utf8' }))
