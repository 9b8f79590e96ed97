import type { ChildProcess } from 'node:child_process'

/** Kills a child process that leads a process group, and everything in the group. Nothing happens once it has exited. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has no process left.
  }
}
