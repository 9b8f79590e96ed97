import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'

/**
 * A name for this machine from its start to its next one, which all of its containers have, because they have one kernel.
 * Where the kernel gives none, the host name, which a start does not change.
 */
export async function runOfMachine(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return boot.trim() || hostname()
}
