import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { errorCode } from './lib/error-code.ts'
import { UnusableSetting } from './settings.ts'

/** A bundle of all public roots is a quarter of it. */
const maxBytes = 1_048_576

/**
 * The text of a file that a setting names, of up to 1 MiB. Throws an `UnusableSetting` that says in a sentence why it
 * cannot be read; a pipe or a device, which might never end, is no file.
 */
export async function readSettingFile(setting: string, path: string): Promise<string> {
  const unusable = (fault: string, cause?: unknown) =>
    new UnusableSetting(`${setting}: ${path} ${fault}`, { cause })
  try {
    // To open a pipe that has no writer would wait for one.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = await file.stat()
    if (!stats.isFile()) throw unusable('is no file')
    if (stats.size > maxBytes) throw unusable(`is larger than ${maxBytes} bytes`)
    const text = await file.readFile('utf8')
    if (text === '') throw unusable('is empty')
    return text
  } catch (error) {
    throw error instanceof UnusableSetting ? error : unusable(`cannot be read (${errorCode(error)})`, error)
  }
}
