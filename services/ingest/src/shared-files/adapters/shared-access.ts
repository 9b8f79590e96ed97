import { isStreamId } from '@pushav/shared/paths.ts'
import type {
  BrowserSession,
  GrantFiles,
  SessionFiles,
  StoredToken,
  StreamGrants,
  TokenFiles,
} from '../../access/ports.ts'
import type { SharedFiles } from '../ports.ts'
import { readSealed } from '../read-sealed.ts'

/** `tokens/<hash>/token`, and `use-1` up to as many as were used: one machine alone can create a use. */
export function sharedTokenFiles(files: SharedFiles): TokenFiles {
  const fileOf = (hash: string, file: string) => `tokens/${hash}/${file}`
  return {
    create: async (token) => void (await files.create(fileOf(token.hash, 'token'), JSON.stringify(token))),
    read,
    async list() {
      const names = await files.list('tokens/')
      const found: (StoredToken & { readonly used: number })[] = []
      for (const [hash, parts] of Map.groupBy(names, (name) => name.split('/', 1)[0] ?? '')) {
        const token = await read(hash)
        if (token) found.push({ ...token, used: parts.length - 1 })
      }
      return found
    },
    async use({ hash, uses }) {
      for (let use = 1; use <= uses; use++) if (await files.create(fileOf(hash, `use-${use}`), '')) return use
      return null
    },
    release: (hash, use) => files.remove([fileOf(hash, `use-${use}`)]),
    async remove(hash) {
      const names = await files.list(`tokens/${hash}/`)
      await files.remove(names.map((name) => fileOf(hash, name)))
    },
  }

  function read(hash: string): Promise<StoredToken | null> {
    return readSealed(files, fileOf(hash, 'token'))
  }
}

/** `sessions/<hash>`. */
export function sharedSessionFiles(files: SharedFiles): SessionFiles {
  return {
    read,
    write: (session) => files.replace(`sessions/${session.hash}`, JSON.stringify(session)),
    async list() {
      const sessions = await Promise.all((await files.list('sessions/')).map(read))
      return sessions.filter((session) => session !== null)
    },
    remove: (hash) => files.remove([`sessions/${hash}`]),
  }

  function read(hash: string): Promise<BrowserSession | null> {
    return readSealed(files, `sessions/${hash}`)
  }
}

/**
 * `journals/<stream>/access`, which goes with the stream. Streams from before they were shared have a file on a disk.
 */
export function sharedGrantFiles(files: SharedFiles, local: Pick<GrantFiles, 'read'>): GrantFiles {
  const fileOf = (stream: string) => `journals/${stream}/access`
  return {
    async read(stream): Promise<StreamGrants | null> {
      if (!isStreamId(stream)) return null
      return (await readSealed<StreamGrants>(files, fileOf(stream))) ?? local.read(stream)
    },
    write: (stream, next) => files.replace(fileOf(stream), JSON.stringify(next)),
  }
}
