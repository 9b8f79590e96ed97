import { type Attempt, type Delivery, type SendWebhook, TargetForbidden, type WebhookFiles } from './ports.ts'
import { signedHeaders } from './webhook-secret.ts'

/** One attempt to deliver; never throws for what the target does. Throws when the signal is given. */
export type DeliverWebhook = (webhook: string, delivery: Delivery, signal: AbortSignal) => Promise<Attempt>

interface DeliverWebhookDeps {
  readonly files: Pick<WebhookFiles, 'read'>
  readonly send: SendWebhook
  readonly userAgent: string
  readonly now: () => Date
}

/** The target wants no more of it (Standard Webhooks); all other statuses but 2xx may be of the moment. */
const gone = 410

export function deliverWebhookWith({ files, send, userAgent, now }: DeliverWebhookDeps): DeliverWebhook {
  return async function deliverWebhook(id, delivery, signal) {
    const webhook = await files.read(id)
    if (!webhook)
      return { outcome: 'give-up', status: null, detail: 'the webhook was removed', durationMs: 0 }
    const { body } = delivery
    const startedMs = now().getTime()
    const headers = {
      'content-type': 'application/json',
      'user-agent': userAgent,
      ...signedHeaders(webhook.secret, delivery, Math.floor(startedMs / 1_000)),
    }
    const attempt = await send({ url: webhook.url, headers, body }, signal).then(judge, (error) => {
      signal.throwIfAborted()
      return judgeError(error)
    })
    return { ...attempt, durationMs: now().getTime() - startedMs }
  }
}

function judge({ status, excerpt }: { status: number; excerpt: string }): Omit<Attempt, 'durationMs'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', status, detail: 'delivered' }
  const quoted = excerpt === '' ? '' : `: ${excerpt}`
  if (status >= 300 && status < 400)
    return { outcome: 'try-again', status, detail: `the target redirects (${status}), which is not followed` }
  const detail = `the target responded ${status}${quoted}`
  return { outcome: status === gone ? 'give-up' : 'try-again', status, detail }
}

function judgeError(error: unknown): Omit<Attempt, 'durationMs'> {
  const detail = error instanceof Error ? error.message : String(error)
  return { outcome: error instanceof TargetForbidden ? 'give-up' : 'try-again', status: null, detail }
}
