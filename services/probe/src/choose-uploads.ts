import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { StoreTarget } from '@pushav/shared/store-url.ts'
import type { Config } from './config.ts'
import { diskUploads } from './disk/disk-uploads.ts'
import { downloadInto } from './disk/sandbox-dir.ts'
import { createUploadClient } from './http/upload-client.ts'
import { rangedUploads } from './ranged/ranged-uploads.ts'
import { retryWith } from './ranged/retry.ts'
import type { ReadRange, Uploads, UploadsUnavailable } from './use-cases/ports.ts'
import { withFallback } from './use-cases/with-fallback.ts'

/** Longer than the proxy waits for ingest, so that the proxy's error response arrives before this timeout. */
const timeoutMs = 15_000

/**
 * Uploads from the working directory, and those that it lacks from the object store where there is one; or over HTTPS from the server where this machine has no working directory.
 * Throws when a certificate cannot be read. `onUnavailable` receives each failure that is retried.
 */
export async function chooseUploads(
  config: Config,
  onUnavailable: (error: UploadsUnavailable) => void,
  closing: AbortSignal,
): Promise<Uploads> {
  const { workingDirectory, store } = config
  const here = workingDirectory === undefined ? null : diskUploads(workingDirectory)
  if (here && store === null) return here
  const readRange = store === null ? await serverOf(config, closing) : await storeOf(store, config, closing)
  const there = rangedUploads(readRange, retryWith(onUnavailable, closing), downloadInto)
  return here ? withFallback(here, there) : there
}

async function serverOf(
  { uploadsFrom: origin, rootCertificate: path, uploadsCertificate }: Config,
  closing: AbortSignal,
): Promise<ReadRange> {
  if (origin === undefined)
    throw new Error('neither a working directory, nor a store, nor a server has the uploads')
  const rootCertificate = path === undefined ? undefined : await readRoot(path)
  const clientCertificate =
    uploadsCertificate === undefined ? undefined : await readCertificateWithKey(uploadsCertificate)
  return createUploadClient({ origin, rootCertificate, clientCertificate, timeoutMs }, closing)
}

/** Loaded only here: the store's client takes time and memory that a worker without one does not pay. */
async function storeOf(
  store: StoreTarget,
  { shipWithinMs }: Config,
  closing: AbortSignal,
): Promise<ReadRange> {
  const { createStoreReader } = await import('./s3/store-reader.ts')
  return createStoreReader(store, { shipWithinMs, nowMs: () => performance.now() }, closing)
}

async function readRoot(path: string): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8')
    return new X509Certificate(pem) && pem
  } catch (error) {
    throw new Error(`bad settings: ROOT_CERTIFICATE is no certificate in PEM: ${(error as Error).message}`)
  }
}

async function readCertificateWithKey(path: string): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8')
    return new X509Certificate(pem) && createPrivateKey(pem) && pem
  } catch (error) {
    throw new Error(
      `bad settings: UPLOADS_CERTIFICATE is no certificate and key in PEM: ${(error as Error).message}`,
    )
  }
}
