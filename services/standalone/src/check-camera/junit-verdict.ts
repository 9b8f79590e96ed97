import { element, text } from '@pushav/shared/lib/xml-element.ts'
import type { CheckResult } from './check-camera.ts'

/**
 * A verdict as JUnit XML, with a case for each expectation. An expectation that is violated is a failure of type
 * `fail`; one whose uploads did not come in time is a failure of type `timeout`; any other that is undecided is
 * skipped. `seconds` is how long the check took.
 */
export function junitOf(stream: number, { expectations, verdict }: CheckResult, seconds: number): string {
  const { tracks, rules, ...others } = expectations
  const names = [...(tracks.length > 0 ? ['tracks'] : []), ...Object.keys(others)]
  const cases = names.map((name) => caseOf(name, verdict))
  const failures = cases.filter((one) => one.includes('<failure')).length
  const skipped = cases.filter((one) => one.includes('<skipped')).length
  const counts = { tests: names.length, failures, errors: 0, skipped, time: seconds.toFixed(3) }
  const suite = element('testsuite', { name: `stream ${stream}, expectations`, ...counts }, cases)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: `stream ${stream}`, ...counts }, [suite])}`
}

function caseOf(name: string, { state, reasons, more }: CheckResult['verdict']): string {
  const own = reasons.filter(({ about }) => about === name)
  const [first] = own
  const undecided = state === 'pending' ? [element('skipped', { message: 'not decided in time' })] : []
  if (!first) return element('testcase', { name, classname: 'expectations', time: 0 }, undecided)
  const type = first.state === 'fail' ? 'fail' : 'timeout'
  const lines = [...own.map(({ message }) => message), ...(more > 0 ? [`and ${more} more reasons`] : [])]
  const failure = element('failure', { message: first.message, type }, [text(lines.join('\n'))])
  return element('testcase', { name, classname: 'expectations', time: 0 }, [failure])
}
