import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { TlsSecret } from '@pushav/shared/api/evidence/keylog.ts'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { UnusableSetting } from '@pushav/shared/settings.ts'
import { privateFileMode } from '../../lib/disk/file-modes.ts'
import { connectionLine, type Keylog } from '../keylog.ts'

export interface KeylogFile extends Keylog, AsyncDisposable {}

/** Some 200 000 handshakes. Clients that connect again and again must not fill the disk. */
const maxBytes = 268_435_456

/**
 * Opens the file, which is appended to, or makes it. Throws an `UnusableSetting` where it cannot be written. What
 * would make it larger than 256 MiB is not written, and a warning says so once.
 */
export async function openKeylogFile(path: string, log: Pick<Logger, 'warn' | 'error'>): Promise<KeylogFile> {
  const file = await openForAppending(path)
  let { size } = await file.stat()
  let isFull = false
  let written: Promise<void> = Promise.resolve()
  return {
    append(secrets) {
      const text = textOf(secrets)
      written = written
        .then(() => write(text))
        .catch((error) => log.error({ error, path }, 'the key log is not written'))
      return written
    },
    lines: () => createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }),
    async [Symbol.asyncDispose]() {
      await written
      await file.close()
    },
  }

  async function write(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text)
    if (size + bytes > maxBytes) {
      if (!isFull) log.warn({ path, maxBytes }, 'the key log is full; no further keys are written')
      isFull = true
      return
    }
    await file.appendFile(text)
    size += bytes
  }
}

/** The connection is named where it is another one than before. */
function textOf(secrets: readonly TlsSecret[]): string {
  return secrets
    .map((secret, at) => {
      const before = secrets[at - 1]
      const isSame = before !== undefined && handshakeOf(before) === handshakeOf(secret)
      return `${isSame ? '' : `${connectionLine(secret)}\n`}${secret.line}\n`
    })
    .join('')
}

const handshakeOf = ({ address, port, line }: TlsSecret): string =>
  `${address} ${port} ${line.split(' ', 2)[1]}`

async function openForAppending(path: string): Promise<FileHandle> {
  let file: FileHandle
  try {
    file = await open(path, 'a', privateFileMode)
  } catch (cause) {
    throw new UnusableSetting(`KEYLOG: ${path} cannot be written (${errorCode(cause)})`, { cause })
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new UnusableSetting(`KEYLOG: ${path} is no file`)
}
