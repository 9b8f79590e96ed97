import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Config } from './config.ts'
import { furnishRoom } from './disk/room.ts'
import { diskUploads } from './disk/uploads.ts'
import { patientlyWith } from './http/patience.ts'
import { readerOf } from './http/server.ts'
import { httpUploads } from './http/uploads.ts'
import type { OutOfReach, Uploads } from './use-cases/ports.ts'

/** Longer than the proxy waits for ingest, so that what it says then is heard. */
const silenceMs = 15_000

/** Uploads from the working directory, or from the server where this machine has none. */
export async function chooseUploads(
  { workingDirectory, uploadsFrom: origin, rootCertificate: path }: Config,
  tell: (error: OutOfReach) => void,
  closing: AbortSignal,
): Promise<Uploads> {
  if (workingDirectory !== undefined) return diskUploads(workingDirectory)
  if (origin === undefined) throw new Error('there are uploads neither in a folder nor at a server')
  const rootCertificate = path === undefined ? undefined : await readRoot(path)
  const read = readerOf({ origin, rootCertificate, silenceMs }, closing)
  return httpUploads(read, patientlyWith(tell, closing), furnishRoom)
}

async function readRoot(path: string): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8')
    return new X509Certificate(pem) && pem
  } catch (error) {
    throw new Error(`bad settings: ROOT_CERTIFICATE is no certificate in PEM: ${(error as Error).message}`)
  }
}
