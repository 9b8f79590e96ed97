import { execFile } from 'node:child_process'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'

const run = promisify(execFile)

/** A folder on a file system of its own. */
interface MountedDisk extends AsyncDisposable {
  readonly path: string
}

/** Skips what needs a file system of its own, loudly, where this process may not mount any. */
export function skipUnlessRoot(context: Mocha.Context): void {
  if (process.getuid?.() === 0) return
  process.stderr.write(
    `SKIPPED, because only root can mount file systems: ${context.test?.parent?.fullTitle()}\n`,
  )
  context.skip()
}

/** A file system in memory that is full after so many bytes. */
export async function smallDisk(bytes: number): Promise<MountedDisk> {
  await using undo = new AsyncDisposableStack()
  const { path } = undo.use(await temporaryDirectory())
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path])
  undo.defer(() => unmount(path))
  const kept = undo.move()
  return { path, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** An ext4 file system in a file, which holds what was flushed to it and no more. */
interface PowerDisk extends MountedDisk {
  /** The disk as it would be after a loss of power now. */
  losePower(): Promise<MountedDisk>
}

/** Nothing but a flush brings something to the disk: ext4 itself flushes every 5 minutes. */
export async function powerDisk(): Promise<PowerDisk> {
  await using undo = new AsyncDisposableStack()
  const { path: folder } = undo.use(await temporaryDirectory())
  const image = join(folder, 'disk')
  await run('truncate', ['-s', '64M', image])
  // A shell that `su` begins may have no folders of the administrator's programs in PATH.
  await run('mkfs.ext4', ['-q', image], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
  const path = await mountImage(undo, image, join(folder, 'mounted'))
  const kept = undo.move()
  return { path, losePower, [Symbol.asyncDispose]: () => kept.disposeAsync() }

  async function losePower(): Promise<MountedDisk> {
    await using undoCopy = new AsyncDisposableStack()
    const copy = join(folder, 'copy')
    await copyFile(image, copy)
    undoCopy.defer(() => rm(copy))
    const mounted = await mountImage(undoCopy, copy, join(folder, 'after'))
    const keptCopy = undoCopy.move()
    return { path: mounted, [Symbol.asyncDispose]: () => keptCopy.disposeAsync() }
  }
}

async function mountImage(undo: AsyncDisposableStack, image: string, path: string): Promise<string> {
  await mkdir(path, { recursive: true })
  await run('mount', ['-o', 'loop,commit=300', image, path])
  undo.defer(() => unmount(path))
  return path
}

/** At once, even where a file is still open. */
const unmount = async (path: string): Promise<void> => void (await run('umount', ['-l', path]))
