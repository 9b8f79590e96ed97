import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { publicKeyOfCsr } from '../../../services/ingest/src/certificates/x509/csr.ts'
import { Refusal } from '../../../services/ingest/src/lib/refusal.ts'
import type { Random } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'
import { mutatedBytes } from '../mutated-bytes.ts'
import type { Target } from './target.ts'

const execute = promisify(execFile)

const keys = [
  ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
  ['-newkey', 'rsa:2048'],
]

/** Inputs are certificate signing requests as DER or PEM. */
export async function csrTarget(): Promise<Target> {
  const seeds = await makeCsrs()
  return {
    async run(random) {
      const der = seeds[random(seeds.length)] ?? Buffer.alloc(0)
      const bytes = random(2) ? mutatedBytes(der, random) : mutatedPem(der, random)
      try {
        await publicKeyOfCsr(bytes)
        return 'accepted'
      } catch (error) {
        if (error instanceof Refusal) return 'refused'
        throw error
      }
    },
  }
}

function mutatedPem(der: Buffer, random: Random): Buffer {
  const pem = (bytes: Buffer) =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
  return random(2) ? Buffer.from(pem(mutatedBytes(der, random))) : mutatedBytes(Buffer.from(pem(der)), random)
}

async function makeCsrs(): Promise<readonly Buffer[]> {
  await using directory = await temporaryDirectory()
  return await Promise.all(
    keys.map(async (key, n) => {
      const file = join(directory.path, `${n}.csr`)
      const out = ['-nodes', '-keyout', `${file}.key`, '-out', file, '-outform', 'DER', '-subj', '/OU=CSA']
      await execute('openssl', ['req', '-new', ...key, ...out])
      return readFile(file)
    }),
  )
}
