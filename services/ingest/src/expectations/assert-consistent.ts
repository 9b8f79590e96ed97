import { Refusal } from '../lib/refusal.ts'
import { findingCodes } from '../validation/rules.ts'
import type { Expectations } from './expectations.ts'

/** Throws the refusal `request-malformed` for expectations that no stream can meet, and for codes that no rule has. */
export function assertConsistent({ rules, sessions, bitrate }: Expectations): void {
  const unknown = Object.keys(rules).filter((code) => !findingCodes.some((known) => known === code))
  const faults = [
    ...unknown.map(
      (code) => `rules has ${JSON.stringify(code)}, which is none of the codes of GET /findings`,
    ),
    ...faultIn('sessions', sessions.min, sessions.max),
    ...faultIn('bitrate', bitrate?.min ?? null, bitrate?.max ?? null),
  ]
  if (faults.length > 0) throw new Refusal('request-malformed', faults.slice(0, maxFaults).join('; '))
}

const maxFaults = 10

const faultIn = (name: string, min: number | null, max: number | null): readonly string[] =>
  min !== null && max !== null && min > max ? [`${name}.min must be at most ${name}.max`] : []
