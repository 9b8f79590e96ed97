import type { SharedFiles } from './ports.ts'

/** What this server has sealed under a name, as JSON, so that the cast is safe; null for none. Throws `Unavailable`. */
export async function readSealed<Stored>(
  files: Pick<SharedFiles, 'read'>,
  name: string,
): Promise<Stored | null> {
  const text = await files.read(name)
  return text === null ? null : (JSON.parse(text) as Stored)
}
