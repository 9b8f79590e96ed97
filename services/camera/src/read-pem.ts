import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { printable } from '@pushav/shared/lib/printable.ts'
import { CameraError } from './camera-error.ts'

/** Reads the file that a flag names. Throws a CameraError when the file cannot be read or is not PEM. */
export async function readPem(flag: string, file: string): Promise<Buffer> {
  const text = await readFile(file).catch((error: unknown) => {
    throw new CameraError(`cannot read the file of ${flag}: ${file} (${errorCode(error)})`)
  })
  if (!text.includes('-----BEGIN ')) throw new CameraError(`the file of ${flag} is no PEM: ${file}`)
  return text
}

interface PemTexts {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** Throws a CameraError where no TLS connection could begin with them, as with the key of another certificate. */
export function assertUsable(texts: PemTexts): void {
  try {
    createSecureContext(texts)
  } catch (error) {
    const words = printable(error instanceof Error ? error.message : String(error))
    throw new CameraError(`the files of --cert, --key and --cacert cannot be used together: ${words}`)
  }
}
