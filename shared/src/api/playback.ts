import { z } from 'zod'

const unitSeconds = { s: 1, m: 60, h: 3_600 }

/** Parses a duration such as `30m`, `90s` or `2h` into seconds, and `all` into null. */
const window = z
  .string()
  .regex(/^(all|[1-9]\d{0,5}[smh])$/, 'must be all or a duration such as 30m')
  .transform((word) =>
    word === 'all'
      ? null
      : Number.parseInt(word, 10) * unitSeconds[word.slice(-1) as keyof typeof unitSeconds],
  )

/** The query of a media segment. It is empty for a segment that plays at its own decode time. */
export const segmentQuery = z.object({
  shift: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      'How much later a manifest places the segment than its decode time says, in units of its track',
    ),
})

export const playQuery = z.object({
  window: window
    .optional()
    .describe('How much of the newest media is named: `30m` for a session that goes on, `all` for others'),
})
