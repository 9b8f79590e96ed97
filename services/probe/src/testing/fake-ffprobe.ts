import { execFileSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program in ffprobe's place that answers `-version` and does something else when it is to probe. */
export async function scriptedFfprobe(directory: string, probing: string): Promise<string> {
  const path = join(directory, 'scripted-ffprobe')
  const script = `#!/bin/sh\n[ "$1" = -version ] && exit 0\nhere=\${0%/*}\n${probing}\n`
  await writeFile(path, script, { mode: 0o755 })
  return path
}

/**
 * An ffprobe that tells when it has started, waits until it may go on, then is the real one. It talks
 * through named pipes, which work through a read-only mount too; the end of `started` is its death.
 */
export async function heldFfprobe(directory: string) {
  const started = join(directory, 'started')
  const go = join(directory, 'go')
  execFileSync('mkfifo', [started, go])
  const ffprobe = 'exec 3>"$here/started"; echo started >&3; read -r word <"$here/go"; exec ffprobe "$@"'
  const lines = createInterface(createReadStream(started))
  const starts = lines[Symbol.asyncIterator]()
  return {
    path: await scriptedFfprobe(directory, ffprobe),
    start: () => starts.next(),
    ended: async () => void (await starts.next()),
    async release() {
      await using pipe = await open(go, 'w')
      await pipe.write('go\n')
    },
  }
}
