/**
 * Kills a child process that leads a process group, and everything in the group. Nothing happens once it has exited.
 */
export function killGroup({ pid }: { readonly pid?: number | undefined }): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has no process left.
  }
}
