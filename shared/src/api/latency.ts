import { z } from 'zod'
import { uploadId } from './common.ts'

const ms = z.number().int().describe('Milliseconds')

/** How late the segments of each track arrived. */
export const latency = z.array(
  z
    .object({
      session: z.string().describe('Its key'),
      track: z.string(),
      source: z
        .enum(['prft', 'arrival'])
        .describe(
          '`prft`: from the last sample of a segment to the last byte of its upload. `arrival`: against the fastest segment of the track',
        ),
      segments: z.number().int(),
      min_ms: ms,
      p50_ms: ms,
      p90_ms: ms,
      p99_ms: ms,
      max_ms: ms,
      slowest: z.array(z.object({ upload: uploadId, path: z.string(), ms })),
    })
    .meta({ id: 'TrackLatency' }),
)
export type LatencyResponse = z.infer<typeof latency>
