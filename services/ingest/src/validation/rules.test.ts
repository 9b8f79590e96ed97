import { equal } from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'

import { findingCodes } from './rules.ts'

describe('the tables of rules', () => {
  it('are all put together, and no code is in two of them', async () => {
    const files = globSync(join(import.meta.dirname, 'rules/*-rules.ts'))
    const modules: object[] = await Promise.all(files.map((file) => import(file)))
    const codes = modules.flatMap(Object.values).flatMap(Object.keys)
    equal(codes.length, findingCodes.length)
  })
})
