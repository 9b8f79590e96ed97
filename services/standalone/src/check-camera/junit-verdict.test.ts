import { equal, match } from 'node:assert/strict'
import { junitOf } from './junit-verdict.ts'

const expectations = { tracks: [], sessions: { min: 1 }, max_errors: 0, rules: {} }

describe('junitOf', () => {
  it('has a case for each expectation', () => {
    const xml = junitOf(7, { expectations, verdict: { state: 'pass', reasons: [], more: 0 } }, 1.5)
    match(
      xml,
      /^<\?xml .*\n<testsuites name="stream 7" tests="2" failures="0" errors="0" skipped="0" time="1.500">\n/,
    )
    equal([...xml.matchAll(/<testcase name="(sessions|max_errors)" [^>]*\/>/g)].length, 2)
  })

  it('skips what was not decided in time', () => {
    const reasons = [{ state: 'pending', about: 'sessions', message: 'expected one' } as const]
    const xml = junitOf(7, { expectations, verdict: { state: 'pending', reasons, more: 0 } }, 0)
    match(xml, /^<\?xml .*\n<testsuites name="stream 7" tests="2" failures="1" errors="0" skipped="1"/)
    match(xml, /<testcase name="max_errors" [^>]*>\s*<skipped message="not decided in time"\/>/)
  })

  it('escapes what a device chose, and tells what is wrong from what did not come', () => {
    const reasons = [
      { state: 'fail', about: 'max_errors', message: 'received <\u{1b}"&>' },
      { state: 'pending', about: 'sessions', message: 'expected one' },
    ] as const
    const xml = junitOf(7, { expectations, verdict: { state: 'fail', reasons: [...reasons], more: 3 } }, 0)
    match(xml, /<failure message="received &#60;\\u001b&#34;&#38;&#62;" type="fail">/)
    match(xml, /<failure message="expected one" type="timeout">expected one\nand 3 more reasons<\/failure>/)
  })
})
