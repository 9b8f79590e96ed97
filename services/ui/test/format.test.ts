import { deepEqual, equal } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  bitrate,
  bytes,
  codeParts,
  encodePath,
  grouped,
  sessionName,
  shellWord,
  visible,
} from '../src/browser/dom/format.ts'

describe('shellWord', () => {
  for (const text of [
    'plain/path_1.m4s',
    "'; touch pwned #",
    'a\nb; touch pwned',
    '\x1b[2J\x07',
    'left\u202eright',
    '$(touch pwned) `touch pwned` "x" !! \\',
    '',
    'кино 映画 🎥',
  ])
    it(`is ${JSON.stringify(text)} and nothing else to bash`, () => {
      const printed = execFileSync('bash', ['-c', `printf %s ${shellWord(text)}`], {
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      })
      equal(printed.toString(), text)
    })

  it('has no character that acts when it is pasted', () => {
    equal(/[\p{Cc}\p{Cf}]/u.test(shellWord('a\r\n\x1b\u202e\u200b')), false)
  })
})

describe('sessionName', () => {
  it('counts the recordings of one number, and of none', () => {
    deepEqual(['1', '1.2', 'none', 'none.2', '9876543210987654321'].map(sessionName), [
      ...['session 1', 'session 1 (2)', 'no session', 'no session (2)', 'session 9876543210987654321'],
    ])
  })
})

describe('codeParts', () => {
  it('has code at odd places', () => {
    deepEqual(codeParts('stored, `body-incomplete`'), ['stored, ', 'body-incomplete', ''])
    deepEqual(codeParts('`A` and `B` count'), ['', 'A', ' and ', 'B', ' count'])
    deepEqual(codeParts('error'), ['error'])
  })
})

describe('visible', () => {
  it('spells out what cannot be seen', () => {
    equal(visible('a\u202eb\n\0'), 'a‹U+202E›b‹U+000A›‹U+0000›')
    equal(visible('кино <b>'), 'кино <b>')
  })
})

describe('numbers', () => {
  it('are short and have units', () => {
    deepEqual(
      [bytes(999), bytes(1_500), bytes(87_600_000), bytes(999_999)],
      ['999 B', '1.5 kB', '88 MB', '1.0 MB'],
    )
    deepEqual([bitrate(600), bitrate(2_100_000)], ['600 bit/s', '2.1 Mbit/s'])
    equal(grouped(1_234_567), '1\u202f234\u202f567')
  })
})

describe('encodePath', () => {
  it('encodes each part', () => equal(encodePath('a b/#?/..%2f'), 'a%20b/%23%3F/..%252f'))
})
