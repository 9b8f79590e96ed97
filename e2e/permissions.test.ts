import { equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './tiers/test-files.ts'

const attempts = {
  program: `require('node:child_process').execFileSync('true')`,
  thread: `new (require('node:worker_threads').Worker)('', { eval: true })`,
  file: `require('node:fs').writeFileSync('/dev/null', 'x')`,
}

/** Runs a script as a service's container does. */
function run(folder: string, script: string) {
  const args = ['--env-file=node.env', '-e', script]
  const { NODE_OPTIONS: _own, ...env } = process.env
  return spawnSync(process.execPath, args, { cwd: join(root, folder), env, encoding: 'utf8' })
}

describe('the permissions of a process', () => {
  for (const [attempt, script] of Object.entries(attempts))
    it(`may not use a ${attempt} as proxy`, () => {
      const { status, stderr } = run('proxy', script)
      equal(status, 1, stderr)
      match(stderr, /ERR_ACCESS_DENIED/)
    })
})
