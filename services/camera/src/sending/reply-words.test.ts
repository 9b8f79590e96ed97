import { equal } from 'node:assert/strict'
import { replyWords } from './reply-words.ts'

const cases: Readonly<Record<string, readonly [body: string, words: string]>> = {
  errors: ['{"errors":["no MPD","no init"],"detail":"x"}', 'no MPD; no init'],
  'a detail': ['{"status":404,"detail":"there is no stream 9"}', 'there is no stream 9'],
  'a detail that is an object': ['{"detail":{"message":"m"}}', '{"message":"m"}'],
  'a page': ['<html>\n <b>Bad gateway</b>\n</html>', '<html> <b>Bad gateway</b> </html>'],
  nothing: ['', ''],
  'a number': ['17', '17'],
  'broken JSON': ['{"errors":[', '{"errors":['],
  'control characters': ['\u001b[31mred', '\\u{1b}[31mred'],
  'a long text': ['x'.repeat(9_000), 'x'.repeat(500)],
}

describe('the words of a refusal', () => {
  for (const [what, [body, words]] of Object.entries(cases))
    it(`are one line of ${what}`, () => equal(replyWords(body), words))
})
