import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { findingCodes, rules } from '../services/ingest/src/validation/rules.ts'
import { type ScenarioRunner, scenarioRunner } from './support/findings/scenario-runner.ts'
import { scenarios } from './support/findings/scenarios.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

describe('every finding by an upload over TLS', function () {
  this.timeout(60_000)
  // Every answer is to have its verdict, however busy the machine is.
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s' })
  let device: ScenarioRunner
  before(async () => {
    device = await scenarioRunner(server())
  })
  after(() => device?.[Symbol.dispose]())

  for (const code of findingCodes) {
    const { severity, title } = rules[code]
    const scenario = scenarios[code]
    it(`${code}: ${scenario?.what ?? title}`, async () => {
      ok(scenario, 'a code of the catalogue without a scenario')
      const { stream, judged } = await device.run(scenario)
      const last = judged.at(-1)
      const found = last?.findings.filter((finding) => finding.code === code) ?? []
      equal(found.length, 1, `findings are ${JSON.stringify(last?.findings)}`)
      deepEqual([found[0]?.severity, last?.status], [severity, statusOf(code)])
      match(found[0]?.message ?? '', /^(expected|the source|track|segments of) .+[^.]$/)
      const others = last?.findings.filter((finding) => finding.severity !== 'note' && finding.code !== code)
      deepEqual(others, [], 'one cause is one finding')
      const { json } = await device.get(`/streams/${stream}/report`)
      const row = json.rules.find((rule: { code: string }) => rule.code === code)
      const { result, severity: reported, uploads } = row
      deepEqual([result, reported, uploads.includes(last?.upload)], ['violated', severity, true])
    })
  }

  function statusOf(code: keyof typeof rules): number | null {
    if (code === 'body-incomplete') return null
    return rules[code].severity === 'error' ? 400 : 202
  }
})
