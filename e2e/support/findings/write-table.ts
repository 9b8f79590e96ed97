import { readFileSync, writeFileSync } from 'node:fs'
import { findingCodes } from '../../../services/ingest/src/validation/rules.ts'
import { findingsTable } from './table.ts'

// Writes docs/findings.md, and the number of rules into README.md.
const readme = new URL('../../../README.md', import.meta.url)
const count = `There are ${findingCodes.length} rules`

writeFileSync(new URL('../../../docs/findings.md', import.meta.url), findingsTable())
writeFileSync(readme, readFileSync(readme, 'utf8').replace(/There are \d+ rules/, count))
