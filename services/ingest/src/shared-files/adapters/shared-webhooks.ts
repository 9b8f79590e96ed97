import type { WebhookFiles } from '../../webhooks/ports.ts'
import type { Webhook } from '../../webhooks/webhook.ts'
import type { SharedFiles } from '../ports.ts'

const isId = (name: string): boolean => /^[0-9a-f-]{36}$/.test(name)

/** `webhooks/<id>`. */
export function sharedWebhookFiles(files: SharedFiles): WebhookFiles {
  return {
    async list() {
      const found = await Promise.all((await files.list('webhooks/')).map(read))
      return found
        .filter((webhook) => webhook !== null)
        .sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1))
    },
    read,
    create: (webhook) => files.replace(`webhooks/${webhook.id}`, JSON.stringify(webhook)),
    async remove(id) {
      const isThere = (await read(id)) !== null
      if (isThere) await files.remove([`webhooks/${id}`])
      return isThere
    },
  }

  async function read(id: string): Promise<Webhook | null> {
    const text = isId(id) ? await files.read(`webhooks/${id}`) : null
    // This server sealed it.
    return text === null ? null : (JSON.parse(text) as Webhook)
  }
}
