import { equal, throws } from 'node:assert/strict'
import { parseCertificateName } from './certificate-name.ts'

describe('parseCertificateName', () => {
  for (const name of [
    'dev',
    'DUT',
    'my-device',
    'a',
    'x.y_z-1',
    '-dash',
    'rootless',
    'a..b',
    '7'.repeat(64),
  ]) {
    it(`takes ${name.slice(0, 12)}`, () => {
      equal(parseCertificateName(name), name)
    })
  }

  const malformed = [
    '',
    '.',
    '..',
    '.dev',
    'a/b',
    '../dev',
    'a\\b',
    'a b',
    'a\0b',
    'dev\n',
    'gerät',
    '7'.repeat(65),
  ]
  for (const name of [...malformed, 'root', 'ROOT', 'Root', 'a,O=Evil', '#0500', '%2e']) {
    it(`refuses ${JSON.stringify(name.slice(0, 12))} (${name.length} characters)`, () => {
      throws(() => parseCertificateName(name), { code: 'certificate-name-malformed' })
    })
  }
})
