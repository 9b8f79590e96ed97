import type { Webhook } from './webhook.ts'

/**
 * Webhooks, durable, and the same for all ingest processes on one working directory. All methods throw the system's errors,
 * and `Unavailable` where the files are shared and their place does not respond.
 */
export interface WebhookFiles {
  /** The oldest first. */
  list(): Promise<readonly Webhook[]>
  /** Null where there is none with this id. */
  read(id: string): Promise<Webhook | null>
  create(webhook: Webhook): Promise<void>
  /** False where there is none with this id. */
  remove(id: string): Promise<boolean>
}

/** One event on its way to one webhook. */
export interface Delivery {
  /** The `webhook-id` of all attempts. One event has one id, so that a webhook gets it once. */
  readonly id: string
  readonly event: string
  readonly stream: string | null
  /** JSON, the same in all attempts. */
  readonly body: string
}

/** What came of one attempt. */
export interface Attempt {
  readonly outcome: 'delivered' | 'try-again' | 'give-up'
  /** Null without a response. */
  readonly status: number | null
  /** The outcome as a sentence for people. */
  readonly detail: string
  readonly durationMs: number
}

/** A delivery and its progress. */
export interface ListedDelivery extends Omit<Delivery, 'body'> {
  /** Unix milliseconds. */
  readonly queuedMs: number
  readonly state: 'waiting' | 'sending' | 'retrying' | 'delivered' | 'failed'
  /** The number of attempts that have ended. */
  readonly attempts: number
  /** The newest that ended; null before the first. */
  readonly attempt: Omit<Attempt, 'outcome'> | null
  /** Unix milliseconds; null where none is due. */
  readonly nextAttemptMs: number | null
}

/** The queues of deliveries, one for each webhook. All but `serve` throw `Unavailable` while Redis does not respond. */
export interface DeliveryQueues {
  /** Makes this process send what is queued for these webhooks, and for no others. */
  serve(webhooks: readonly string[]): void
  /** The number of deliveries dropped because too many wait. One whose id is in the queue already counts as queued. */
  enqueue(webhook: string, deliveries: readonly Delivery[]): Promise<number>
  /** Deliveries of any state, the newest first. */
  newest(webhook: string, limit: number): Promise<readonly ListedDelivery[]>
  /** The number of deliveries that have not ended. */
  waiting(webhook: string): Promise<number>
  /** Forgets all deliveries of a webhook. */
  remove(webhook: string): Promise<void>
}

interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The response of a webhook's target. */
export interface TargetResponse {
  readonly status: number
  /** The beginning of its body. */
  readonly excerpt: string
}

/**
 * Sends a POST. Throws `TargetForbidden` for an address that is not allowed, and an error with a sentence where no
 * response came; when the signal is given, too.
 */
export type SendWebhook = (request: WebhookRequest, signal: AbortSignal) => Promise<TargetResponse>

/** Webhooks may not reach this address. */
export class TargetForbidden extends Error {
  override name = 'TargetForbidden' as const
}
