import type { WebhookFiles } from '../../webhooks/ports.ts'
import { isWebhookId, type Webhook } from '../../webhooks/webhook.ts'
import type { SharedFiles } from '../ports.ts'
import { readSealed } from '../read-sealed.ts'

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
    return isWebhookId(id) ? readSealed(files, `webhooks/${id}`) : null
  }
}
