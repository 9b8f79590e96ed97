/**
 * Kills a child process that leads a process group, and all processes of the group. Does nothing when they have exited.
 */
export function killGroup({ pid }: { readonly pid?: number | undefined }): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has no process left.
  }
}
