import { writeFileSync } from 'node:fs'
import { findingsTable } from './table.ts'

writeFileSync(new URL('../../../docs/findings.md', import.meta.url), findingsTable())
