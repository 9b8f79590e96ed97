import { deepEqual, equal, match } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { until } from '@pushav/shared/testing/until.ts'
import { curl, makeStream } from './clients/curl.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

describe('the report', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite()
  let stream: string
  before(async () => {
    stream = await makeStream(server(), '?interface=dash')
    for (const path of [
      'session_1/%3Cvideo%3E/segment_1001.m4s',
      'session_2/audio/segment_1001.m4s',
      'nowhere%5D%5D%3E.txt',
    ])
      await curl(server(), `/streams/${stream}/${path}`, ['-H', 'Expect:', '-T', '-'], 'not media')
    await until(
      'all uploads are judged',
      async () => (await curl(server(), `/streams/${stream}/uploads`)).json.uploads.length === 3,
    )
  })

  const report = (query: string) => curl(server(), `/streams/${stream}/report${query}`)

  it('is well-formed JUnit with a suite for each session and one for what belongs to none', async () => {
    const { status, text } = await report('?format=junit')
    equal(status, 200)
    deepEqual(suitesIn(text), [
      `stream ${stream}, outside sessions`,
      `stream ${stream}, session 1`,
      `stream ${stream}, session 2`,
    ])
    match(text, /session_1\/&#60;video&#62;\/segment_1001\.m4s/)
  })

  it('is JUnit of one session where one is asked for', async () => {
    const { text } = await report('?format=junit&session=2')
    deepEqual(suitesIn(text), [`stream ${stream}, session 2`])
  })

  for (const query of ['?format=yaml', '?format=', '?format=junit&format=json'])
    it(`is refused for ${query}`, async () => {
      const { status, json } = await report(query)
      deepEqual([status, json.code], [400, 'request-malformed'])
      match(json.detail, /format must be "json" or "junit"/)
    })

  it('is refused for a session that does not exist, in either format', async () => {
    for (const query of ['?session=9', '?session=9&format=junit']) equal((await report(query)).status, 404)
  })
})

const reader = `
import sys, xml.etree.ElementTree as tree
print("\\n".join(suite.get("name") for suite in tree.fromstring(sys.stdin.buffer.read())))`

const suitesIn = (xml: string): string[] =>
  execFileSync('python3', ['-c', reader], { input: xml, encoding: 'utf8' }).trim().split('\n')
