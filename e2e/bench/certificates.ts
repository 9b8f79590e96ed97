import { cp, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeDevice } from '../clients/curl.ts'
import type { DeviceFiles } from '../load/device-files.ts'
import { launchServer } from './servers/launch.ts'

/** Certificate files for another server than this one. */
export interface ServerFiles {
  readonly cert: string
  readonly key: string
  /** The root of the devices. */
  readonly clientCa: string
}

/** Certificates that every server of a run shares: both CAs and a device, made through the API. */
export interface Certificates {
  readonly directory: string
  readonly device: DeviceFiles
  readonly server: ServerFiles
}

export async function makeCertificates(parent: string): Promise<Certificates> {
  await using server = await launchServer(parent, null)
  await makeDevice(server, 'bench')
  await server.stop()
  const directory = join(parent, 'certs')
  await cp(join(server.workingDirectory, 'certs'), directory, { recursive: true })
  const name = (await readdir(join(directory, 'server'))).find((file) => /^(?!root).+\.pem$/.test(file)) ?? ''
  const at = (path: string) => join(directory, path)
  return {
    directory,
    device: { cacert: at('server/root.pem'), cert: at('device/bench.pem'), key: at('device/bench.key') },
    server: {
      cert: at(`server/${name}`),
      key: at(`server/${basename(name, '.pem')}.key`),
      clientCa: at('device/root.pem'),
    },
  }
}
