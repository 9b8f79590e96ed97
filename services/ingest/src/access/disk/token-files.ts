import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { z } from 'zod'
import { privateFileMode, privateFolderMode } from '../../lib/disk/file-modes.ts'
import type { StoredToken, TokenFiles } from '../ports.ts'

const stored = z.object({
  hash: z.string(),
  purpose: z.enum(['enrolment', 'sign-in']),
  name: z.string().nullable(),
  role: z.enum(['viewer', 'admin']).nullable(),
  uses: z.number().int(),
  createdAt: z.string(),
  expiresAt: z.string(),
})

const factsFile = 'token.json'
const isHash = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)

/** `access/tokens/<hash>/`: `token.json`, and `use-1` up to as many as were used. */
export async function diskTokenFiles(workingDirectory: string): Promise<TokenFiles> {
  const root = join(workingDirectory, 'access', 'tokens')
  await mkdir(root, { recursive: true, mode: privateFolderMode })
  const folderOf = (hash: string) => join(root, hash)
  return {
    async create(token) {
      // One rename, so that a token is there whole or not at all.
      const fresh = join(root, `.new-${token.hash}`)
      await mkdir(fresh, { mode: privateFolderMode })
      await writeFile(join(fresh, factsFile), JSON.stringify(token), { mode: privateFileMode, flush: true })
      await rename(fresh, folderOf(token.hash))
    },
    read,
    async list() {
      const hashes = (await readdir(root)).filter(isHash)
      const found: (StoredToken & { readonly used: number })[] = []
      // One at a time, because a process may have few files open.
      for (const hash of hashes) {
        const token = await readWithUses(hash)
        if (token) found.push(token)
      }
      return found
    },
    async use({ hash, uses }) {
      for (let use = 1; use <= uses; use++) if (await createUse(hash, use)) return use
      return null
    },
    release: (hash, use) => rm(join(folderOf(hash), `use-${use}`), { force: true }),
    remove: (hash) => rm(folderOf(hash), { recursive: true, force: true }),
  }

  async function read(hash: string) {
    const text = await readFile(join(folderOf(hash), factsFile), 'utf8').catch(nullIfAbsent)
    return text === null ? null : stored.parse(JSON.parse(text))
  }

  async function readWithUses(hash: string) {
    const token = await read(hash)
    const names = token ? await readdir(folderOf(hash)).catch(() => []) : []
    return token && { ...token, used: names.filter((name) => name.startsWith('use-')).length }
  }

  /** False when another request has it, or the token was removed meanwhile. */
  async function createUse(hash: string, use: number): Promise<boolean> {
    try {
      await writeFile(join(folderOf(hash), `use-${use}`), '', {
        flag: 'wx',
        mode: privateFileMode,
        flush: true,
      })
      return true
    } catch (error) {
      if (['EEXIST', 'ENOENT'].includes(errorCode(error))) return false
      throw error
    }
  }
}
