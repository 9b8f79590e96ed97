import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Config } from './config.ts'
import { diskUploads } from './disk/disk-uploads.ts'
import { downloadInto } from './disk/sandbox-dir.ts'
import { httpUploads } from './http/http-uploads.ts'
import { retryWith } from './http/retry.ts'
import { createUploadClient } from './http/upload-client.ts'
import type { Uploads, UploadsUnavailable } from './use-cases/ports.ts'

/** Longer than the proxy waits for ingest, so that the proxy's error response arrives before this timeout. */
const timeoutMs = 15_000

/**
 * Uploads from the working directory, or over HTTPS from the server where this machine has no working directory.
 * Throws when a certificate cannot be read. `onUnavailable` receives each failure that is retried.
 */
export async function chooseUploads(
  { workingDirectory, uploadsFrom: origin, rootCertificate: path, uploadsCertificate }: Config,
  onUnavailable: (error: UploadsUnavailable) => void,
  closing: AbortSignal,
): Promise<Uploads> {
  if (workingDirectory !== undefined) return diskUploads(workingDirectory)
  if (origin === undefined) throw new Error('neither a working directory nor a server has the uploads')
  const rootCertificate = path === undefined ? undefined : await readRoot(path)
  const clientCertificate =
    uploadsCertificate === undefined ? undefined : await readCertificateWithKey(uploadsCertificate)
  const readRange = createUploadClient({ origin, rootCertificate, clientCertificate, timeoutMs }, closing)
  return httpUploads(readRange, retryWith(onUnavailable, closing), downloadInto)
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
