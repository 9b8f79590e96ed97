import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { webhookEvents } from '@pushav/shared/api/events/webhooks.ts'
import { nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { z } from 'zod'
import { privateFolderMode } from '../../lib/disk/file-modes.ts'
import type { WebhookFiles } from '../ports.ts'
import { isWebhookId, type Webhook } from '../webhook.ts'

const stored = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(webhookEvents)),
  stream: z.string().nullable(),
  secret: z.string(),
  createdAt: z.string(),
})

const suffix = '.json'
/** `access/webhooks/<id>.json`, in a folder that only this process's user may enter. */
export function diskWebhookFiles(workingDirectory: string): WebhookFiles {
  const folder = join(workingDirectory, 'access', 'webhooks')
  const fileOf = (id: string) => join(folder, `${id}${suffix}`)
  return {
    async list() {
      const names = await readdir(folder).catch(nullIfAbsent)
      const ids = (names ?? []).map((name) => name.replace(suffix, '')).filter(isWebhookId)
      const found = await Promise.all(ids.map(read))
      return found
        .filter((webhook) => webhook !== null)
        .sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1))
    },
    read,
    async create(webhook) {
      await mkdir(folder, { recursive: true, mode: privateFolderMode })
      await replaceFile(fileOf(webhook.id), JSON.stringify(webhook), { isFlushed: true })
    },
    async remove(id) {
      if (!isWebhookId(id)) return false
      return (await rm(fileOf(id)).then(() => true, nullIfAbsent)) ?? false
    },
  }

  async function read(id: string): Promise<Webhook | null> {
    if (!isWebhookId(id)) return null
    const text = await readFile(fileOf(id), 'utf8').catch(nullIfAbsent)
    return text === null ? null : stored.parse(JSON.parse(text))
  }
}
