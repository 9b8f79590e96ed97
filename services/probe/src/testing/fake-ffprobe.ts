import { execFileSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Writes a shell script in place of ffprobe, which exits with 0 for `-version` and runs `probing` for an upload. */
export async function scriptedFfprobe(directory: string, probing: string): Promise<string> {
  const path = join(directory, 'scripted-ffprobe')
  const script = `#!/bin/sh\n[ "$1" = -version ] && exit 0\nhere=\${0%/*}\n${probing}\n`
  await writeFile(path, script, { mode: 0o755 })
  return path
}

/**
 * An ffprobe that reports its start, waits for `release`, and then runs the real ffprobe. It communicates through named
 * pipes, which work through a read-only mount too. `started` ends when the process has exited.
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
