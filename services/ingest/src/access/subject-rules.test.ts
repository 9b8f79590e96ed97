import { deepEqual, equal } from 'node:assert/strict'
import { isAcceptedBy, parseForeignRule } from './subject-rules.ts'

const digest = 'ab'.repeat(32)

describe('rules for certificates of other roots', () => {
  it('are fingerprints, with or without colons, or attributes of the subject', () => {
    const rule = { kind: 'fingerprint', sha256: digest }
    deepEqual(parseForeignRule(`sha256:${digest}`), rule)
    deepEqual(parseForeignRule(`SHA256:${'AB:'.repeat(31)}AB`), rule)
    deepEqual(parseForeignRule('O=Acme, OU=Cameras'), {
      kind: 'subject',
      attributes: ['O=Acme', 'OU=Cameras'],
    })
  })

  it('are nothing else', () => {
    for (const text of ['', 'Acme', 'sha256:', 'sha256:abc', `sha256:${digest}0`, 'O=', 'O=a,', '=a'])
      equal(parseForeignRule(text), null, text)
  })

  it('let in what one of them fits whole', () => {
    const rules = [`sha256:${digest}`, 'O=Acme,OU=Cameras'].flatMap((text) => parseForeignRule(text) ?? [])
    equal(isAcceptedBy(rules, digest, ['CN=x']), true)
    equal(isAcceptedBy(rules, 'other', ['O=Acme', 'OU=Cameras', 'CN=x']), true)
    equal(isAcceptedBy(rules, 'other', ['O=Acme', 'CN=OU=Cameras']), false)
    equal(isAcceptedBy(rules, 'other', ['O=Acme and more', 'OU=Cameras']), false)
    equal(isAcceptedBy([], digest, ['O=Acme']), false)
  })
})
