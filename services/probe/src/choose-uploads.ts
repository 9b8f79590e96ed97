import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readSettingFile } from '@pushav/shared/setting-file.ts'
import { UnusableSetting } from '@pushav/shared/settings.ts'
import type { StoreTarget } from '@pushav/shared/store/store-url.ts'
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
 * Reads uploads from the working directory, and those that it lacks from the object store; on a machine that has
 * neither, over HTTPS from the server. Throws an `UnusableSetting` when a certificate cannot be read. `onUnavailable`
 * receives each failure that is retried.
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

/** Loads the store's client only here, so that a worker without a store does not pay for it. */
async function storeOf(
  store: StoreTarget,
  { shipWithinMs }: Config,
  closing: AbortSignal,
): Promise<ReadRange> {
  const { createStoreReader } = await import('./s3/store-reader.ts')
  return createStoreReader(store, { shipWithinMs, nowMs: () => performance.now() }, closing)
}

const readRoot = (path: string): Promise<string> =>
  readPem('ROOT_CERTIFICATE', path, 'certificate', (pem) => void new X509Certificate(pem))

const readCertificateWithKey = (path: string): Promise<string> =>
  readPem('UPLOADS_CERTIFICATE', path, 'certificate and key', (pem) => {
    new X509Certificate(pem)
    createPrivateKey(pem)
  })

/** Throws an `UnusableSetting` when the file cannot be read, or `parse` throws. */
async function readPem(
  setting: string,
  path: string,
  content: string,
  parse: (pem: string) => void,
): Promise<string> {
  const pem = await readSettingFile(setting, path)
  try {
    parse(pem)
    return pem
  } catch (cause) {
    throw new UnusableSetting(`${setting}: ${path} holds no ${content} in PEM`, { cause })
  }
}
