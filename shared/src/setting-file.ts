import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { errorCode } from './lib/error-code.ts'
import { UnusableSetting } from './settings.ts'

/** Four times the size of a bundle of all public roots. */
const maxFileBytes = 1_048_576

/**
 * Reads the text of a file of up to 1 MiB that a setting names. Throws an `UnusableSetting` that says in one sentence
 * why the file cannot be used; a pipe or a device cannot, because it may never end.
 */
export async function readSettingFile(setting: string, path: string): Promise<string> {
  const unusable = (fault: string, cause?: unknown) =>
    new UnusableSetting(`${setting}: ${path} ${fault}`, { cause })
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = await file.stat()
    if (!stats.isFile()) throw unusable('is no file')
    if (stats.size > maxFileBytes) throw unusable(`is larger than ${maxFileBytes} bytes`)
    const text = await file.readFile('utf8')
    if (text === '') throw unusable('is empty')
    return text
  } catch (error) {
    throw error instanceof UnusableSetting ? error : unusable(`cannot be read (${errorCode(error)})`, error)
  }
}
