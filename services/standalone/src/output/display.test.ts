import { doesNotMatch, equal, match } from 'node:assert/strict'
import { createDisplay } from './display.ts'

describe('createDisplay', () => {
  let text = ''
  const display = createDisplay({ write: (line: string) => (text += line) }, 'info', false)
  beforeEach(() => {
    text = ''
  })

  const hostile = 'CN=\u009b31m\u202eevil\u2028\u001b]0;x\u0007'
  const time = new Date(0).toISOString()

  for (const [what, line] of [
    ['a field', JSON.stringify({ level: 'info', time, service: 'proxy', msg: 'refused', detail: hostile })],
    [
      'a nested field',
      JSON.stringify({ level: 'info', time, service: 'proxy', msg: 'refused', device: { names: [hostile] } }),
    ],
    ['the message', JSON.stringify({ level: 'info', time, service: 'proxy', msg: `refused ${hostile}` })],
    ['a line that is not JSON', `refused ${hostile}`],
    ['a line that is cut off', `{"level":"info","msg":"proxy: refused ${hostile}`],
  ] as const)
    it(`escapes what could steer the terminal in ${what}`, () => {
      display.showLine('proxy', line)
      match(text, /proxy: .*refused/)
      match(text, /9b\}31m.*202e\}evil.*2028\}.*1b\}]0;x.*7\}/)
      doesNotMatch(text.trimEnd(), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      equal(text.trimEnd().split('\n').length, 1)
    })

  it('shows a stack trace on lines of its own', () => {
    const error = { type: 'Error', message: 'no', stack: 'Error: no\n    at here (file.ts:1:1)' }
    display.showLine('ingest', JSON.stringify({ level: 'error', time, msg: 'request failed', error }))
    match(text, /Error: no\\n {4}at here|Error: no\n +at here/)
  })
})
