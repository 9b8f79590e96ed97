import { readFile } from 'node:fs/promises'

const minLength = 12

interface PassphraseSettings {
  readonly storePassphrase: string | null
  readonly storePassphraseFile: string | null
}

/**
 * The passphrase of the settings, or of the file that they name; null for none. Throws, in words, what is wrong with
 * them.
 */
export async function readPassphrase(settings: PassphraseSettings): Promise<string | null> {
  const { storePassphrase, storePassphraseFile: path } = settings
  if (storePassphrase !== null && path !== null)
    throw new Error('bad settings: STORE_PASSPHRASE and STORE_PASSPHRASE_FILE are both set')
  const passphrase = path === null ? storePassphrase : await readFirstLine(path)
  // Its text never gets into a log.
  if (passphrase !== null && passphrase.length < minLength)
    throw new Error(`bad settings: the passphrase of the store has fewer than ${minLength} characters`)
  return passphrase
}

async function readFirstLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new Error(`bad settings: STORE_PASSPHRASE_FILE: ${path} cannot be read`, { cause })
  })
  return text.split(/\r?\n/, 1)[0] ?? ''
}
