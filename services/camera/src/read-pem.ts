import { readFile } from 'node:fs/promises'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { CameraError } from './camera-error.ts'

/** Reads the file that a flag names. Throws a CameraError when the file cannot be read or is not PEM. */
export async function readPem(flag: string, file: string): Promise<Buffer> {
  const text = await readFile(file).catch((error: unknown) => {
    throw new CameraError(`cannot read the file of ${flag}: ${file} (${errorCode(error)})`)
  })
  if (!text.includes('-----BEGIN ')) throw new CameraError(`the file of ${flag} is no PEM: ${file}`)
  return text
}
