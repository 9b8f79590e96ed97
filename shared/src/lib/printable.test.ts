import { equal } from 'node:assert/strict'
import { printable } from './printable.ts'

describe('printable', () => {
  for (const [what, text, shown] of [
    ['an escape sequence', '\x1b[31mred', '\\u{1b}[31mred'],
    ['an 8-bit escape sequence', '\u009b31mred', '\\u{9b}31mred'],
    ['a change of direction', 'a\u202eb', 'a\\u{202e}b'],
    ['line and paragraph separators', 'a\u2028b\u2029c\nd\r', 'a\\u{2028}b\\u{2029}c\\u{a}d\\u{d}'],
    ['a tag beyond the first plane', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['half of a surrogate pair', 'a\ud800b', 'a\\u{d800}b'],
  ] as const)
    it(`escapes ${what}`, () => equal(printable(text), shown))

  it('leaves letters of all languages, marks and emoji as they are', () => {
    const text = 'カメラ é e\u0301 𝒳 📷 O=CSA, CN=cam "1"'
    equal(printable(text), text)
  })
})
