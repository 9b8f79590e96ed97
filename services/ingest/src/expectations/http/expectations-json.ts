import type {
  ExpectationsBody,
  ExpectationsResponse,
  VerdictResponse,
} from '@pushav/shared/api/expectations.ts'
import { assertConsistent } from '../assert-consistent.ts'
import type { Expectations, ExpectedTrack } from '../expectations.ts'
import type { JudgedExpectations } from '../judge-expectations.ts'
import type { Verdict } from '../verdict.ts'

/** Expectations as a user sends them. Throws the refusal `request-malformed` for some that make no sense. */
export function expectationsOf(body: ExpectationsBody): Expectations {
  const { tracks, segment_seconds, sessions, bitrate, latest_start, max_errors, max_warnings, rules } = body
  const expectations = {
    tracks: tracks.map(({ name = null, codec = null, width = null, height = null }) => ({
      name,
      codec,
      width,
      height,
    })),
    segmentSeconds: segment_seconds ?? null,
    sessions: { min: sessions.min, max: sessions.max ?? null },
    bitrate: bitrate ? { min: bitrate.min ?? null, max: bitrate.max ?? null } : null,
    latestStart: latest_start ?? null,
    maxErrors: max_errors,
    maxWarnings: max_warnings ?? null,
    rules,
  }
  assertConsistent(expectations)
  return expectations
}

/** What is expected of a stream, and the verdict; null stands for a stream of which nothing is expected. */
export function expectationsResponse(id: string, judged: JudgedExpectations | null): ExpectationsResponse {
  return {
    stream_id: Number(id),
    expectations: judged && bodyOf(judged.expectations),
    verdict: judged && verdictResponse(judged.verdict),
  }
}

export const verdictResponse = ({ state, reasons, more }: Verdict): VerdictResponse => ({
  state,
  reasons: [...reasons],
  more,
})

function bodyOf(expectations: Expectations): ExpectationsBody {
  const { tracks, segmentSeconds, sessions, bitrate, latestStart, maxErrors, maxWarnings, rules } =
    expectations
  return {
    tracks: tracks.map(trackBodyOf),
    segment_seconds: segmentSeconds ?? undefined,
    sessions: { min: sessions.min, max: sessions.max ?? undefined },
    bitrate: bitrate ? { min: bitrate.min ?? undefined, max: bitrate.max ?? undefined } : undefined,
    latest_start: latestStart ?? undefined,
    max_errors: maxErrors,
    max_warnings: maxWarnings ?? undefined,
    rules,
  }
}

const trackBodyOf = ({ name, codec, width, height }: ExpectedTrack) => ({
  name: name ?? undefined,
  codec: codec ?? undefined,
  width: width ?? undefined,
  height: height ?? undefined,
})
