import { ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingsTable } from './support/findings/table.ts'

describe('docs/findings.md', () => {
  it('says what the catalogue says', async () => {
    const written = await readFile(join(import.meta.dirname, '../docs/findings.md'), 'utf8')
    ok(written === findingsTable(), 'docs/findings.md is out of date: npm run docs:findings writes it anew')
  })
})
