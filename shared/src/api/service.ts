import { z } from 'zod'
import { authMode } from './access.ts'
import { severity, sha256, streamId, time, uploadId } from './common.ts'

/** `GET /about` */
export const about = z
  .object({
    version: z.string(),
    started_at: time,
    names: z.array(z.string()).describe("Names and addresses in the server's certificate"),
    port: z.number().int().nullable(),
    ui_port: z.number().int().nullable().describe('The port that asks for no client certificate'),
    root: z.object({
      fingerprint_sha256: sha256,
      path: z.string().nullable().describe('Null for clients on other machines'),
    }),
    working_directory: z.string().nullable().describe('Null for clients on other machines'),
    strict_default: z.boolean(),
    compat: z.string().nullable(),
    judge: z
      .enum(['ours', 'reference'])
      .describe('Whose verdicts the responses to uploads and the lists have'),
    limits: z.object({ max_upload: z.number().int(), session_idle_ms: z.number().int() }),
  })
  .meta({ id: 'About' })
export type AboutResponse = z.infer<typeof about>

export const findingsResponse = z.object({
  findings: z.array(
    z.object({
      code: z.string(),
      severity,
      rule: z.string(),
      title: z.string(),
      clause: z.string(),
      hint: z.string().describe('What to change in the device'),
    }),
  ),
})

export const backlog = z.object({
  waiting: z.number().int(),
  running: z.number().int(),
  oldest_waiting_ms: z.number().int(),
})

const worker = z.object({
  name: z.string().describe('Of its host'),
  seen_at: time.describe("Its newest sign of life, every 5 seconds, by its host's clock"),
  concurrency: z.number().int().describe('How many ffprobes it runs at once'),
  confinement: z.string().describe('How it confines ffprobe'),
  is_sandboxed: z.boolean(),
})

export const probesResponse = backlog
  .extend({
    workers: z.array(worker),
    failed: z
      .array(
        z.object({
          stream: streamId.nullable(),
          upload: uploadId.nullable(),
          path: z.string().nullable(),
          at: time.nullable(),
          message: z.string(),
        }),
      )
      .describe('Jobs that used up their attempts, newest first'),
  })
  .meta({ id: 'Probes' })
export type ProbesResponse = z.infer<typeof probesResponse>

export const health = z.object({ status: z.literal('ok') })

/** `GET /readyz` */
export const readiness = z
  .looseObject({
    status: z.enum(['ok', 'degraded']),
    redis: z.enum(['ok', 'away']),
    disk: z.enum(['ok', 'away']),
    store: z
      .object({
        state: z.enum(['ok', 'away']),
        streams_behind: z
          .number()
          .int()
          .describe('Streams with journal lines that the store does not have yet'),
        oldest_behind_ms: z.number().int(),
      })
      .optional()
      .describe('The object store; only with STORE'),
    auth: authMode,
    warnings: z.array(z.string()).describe('What the owner of this server should know and change'),
    probes: backlog.extend({ workers: z.array(worker) }).nullable(),
  })
  .meta({ id: 'Readiness' })
