import { join } from 'node:path'
import type { Logger } from '@pushav/shared/logger.ts'
import { openRoot } from './certificates/disk/open-root.ts'
import type { Authority } from './certificates/ports.ts'
import { openAuthority } from './certificates/x509/authority.ts'
import { x509Keys as keys } from './certificates/x509/private-keys.ts'
import { exists } from './lib/disk/exists.ts'
import type { SharedRoots } from './shared-files/adapters/shared-roots.ts'

/** The CA between the device root and the leaves of the profile `intermediate`, in `certs/intermediate`. */
export interface Intermediate {
  /** Null until it was made. */
  readonly authority: () => Authority | null
  /** The root that the proxy accepts device certificates of, PEM: widened once there is an intermediate. */
  trustAnchor(): Promise<string>
  /** Makes it where there is none. Throws where the one on the disk is of another root. */
  open(): Promise<Authority>
}

/**
 * Makes nothing until `open` is called. Meanwhile another process on the working directory may make it, and with
 * `roots` another machine.
 */
export function intermediateOf(
  workingDirectory: string,
  device: Authority,
  now: () => Date,
  log: Logger,
  roots: SharedRoots | null = null,
): Intermediate {
  const folder = 'intermediate'
  let opened: Authority | null = null
  return { authority: () => opened, trustAnchor, open }

  async function trustAnchor(): Promise<string> {
    if (!opened && (await isMade()))
      await open().catch((error) => log.warn({ error }, 'the intermediate CA cannot be used'))
    return opened ? device.widenRoot() : device.root
  }

  async function open(): Promise<Authority> {
    if (opened) return opened
    const { pair } = await openRoot(folder, create, { workingDirectory, roots, log })
    if (!device.hasIssuedIntermediate(pair.certificate))
      throw new Error(
        `certs/${folder} holds a CA of another device root: remove the folder to have a new one made`,
      )
    const chain = `${pair.certificate}${await device.widenRoot()}`
    opened = await openAuthority('device', pair, now(), { chain, file: `certs/${folder}/root` })
    return opened
  }

  async function create() {
    const key = await keys.create('ec-p256')
    return { key, certificate: await device.issueIntermediate(keys.publicKeyOf(key)) }
  }

  async function isMade(): Promise<boolean> {
    const isOnDisk = await exists(join(workingDirectory, 'certs', folder, 'root.pem'))
    return isOnDisk || ((await roots?.has(folder)) ?? false)
  }
}
