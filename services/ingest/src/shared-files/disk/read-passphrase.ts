import { readSettingFile } from '@pushav/shared/setting-file.ts'
import { UnusableSetting } from '@pushav/shared/settings.ts'

const minLength = 12

interface PassphraseSettings {
  readonly storePassphrase: string | null
  readonly storePassphraseFile: string | null
}

/**
 * The passphrase of the settings, or of the file that they name; null for none. Throws an `UnusableSetting`
 * that says what is wrong with them.
 */
export async function readPassphrase(settings: PassphraseSettings): Promise<string | null> {
  const { storePassphrase, storePassphraseFile: path } = settings
  if (storePassphrase !== null && path !== null)
    throw new UnusableSetting('STORE_PASSPHRASE and STORE_PASSPHRASE_FILE are both set')
  const passphrase = path === null ? storePassphrase : await readFirstLine(path)
  // The message must not have the passphrase, as it gets into a log.
  if (passphrase !== null && passphrase.length < minLength)
    throw new UnusableSetting(`the passphrase of the store has fewer than ${minLength} characters`)
  return passphrase
}

async function readFirstLine(path: string): Promise<string> {
  const text = await readSettingFile('STORE_PASSPHRASE_FILE', path)
  return text.split(/\r?\n/, 1)[0] ?? ''
}
