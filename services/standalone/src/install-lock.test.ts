import { doesNotMatch, equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { killing, listenTo } from './testing/launch.ts'

const lockScript = join(import.meta.dirname, '../install-lock.sh')

/** A start that locks the checkout, installs until a line arrives on its input, and unlocks. */
function startInstalling(root: string, hasFlock: boolean) {
  const script = `set -u
    root=$1
    has() { [ "$1" != flock ] || ${hasFlock}; }
    say() { echo "$*" >&2; }
    . '${lockScript}'
    lock_install
    echo locked
    read -r line || exit 1
    unlock_install
    echo unlocked
    read -r line`
  return listenTo(spawn('sh', ['-c', script, 'sh', root], { stdio: ['pipe', 'pipe', 'pipe'] }))
}

for (const hasFlock of [true, false]) {
  describe(`install-lock.sh ${hasFlock ? 'with' : 'without'} flock`, () => {
    it('lets a second start wait until the first has installed', async () => {
      await using directory = await temporaryDirectory()
      const first = startInstalling(directory.path, hasFlock)
      await using _ = killing(first)
      await first.saying(/^locked/)
      const second = startInstalling(directory.path, hasFlock)
      await using __ = killing(second)
      await second.saying(/another start installs packages here; waiting/)
      doesNotMatch(second.said(), /locked/)
      first.process.stdin?.write('\n')
      await first.saying(/unlocked/)
      await second.saying(/locked/)
    })

    it('does not wait for a start that was killed', async () => {
      await using directory = await temporaryDirectory()
      const killed = startInstalling(directory.path, hasFlock)
      await killed.saying(/^locked/)
      killed.process.kill('SIGKILL')
      equal(await killed.ended, 'SIGKILL')
      const next = startInstalling(directory.path, hasFlock)
      await using _ = killing(next)
      await next.saying(/locked/)
      doesNotMatch(next.said(), /waiting/)
    })

    it('is free again after an installation that failed', async () => {
      await using directory = await temporaryDirectory()
      const failed = startInstalling(directory.path, hasFlock)
      await failed.saying(/^locked/)
      failed.process.stdin?.end()
      await failed.ended
      const next = startInstalling(directory.path, hasFlock)
      await using _ = killing(next)
      await next.saying(/locked/)
      doesNotMatch(next.said(), /waiting/)
    })
  })
}
