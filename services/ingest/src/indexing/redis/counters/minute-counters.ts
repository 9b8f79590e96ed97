import type { MinuteCounts } from '../../../streams/ports.ts'
import { severities, worstOf } from '../../../validation/finding.ts'
import type { Severity } from '../../../validation/rules.ts'
import type { JudgedUpload } from '../../judged-upload.ts'

const letters = { error: 'e', warning: 'w', note: 'n' } as const satisfies Record<Severity, string>

/** Counts to be added, by session (null for none) and then by field of the hash of minutes. */
export function minuteIncrements(
  judged: readonly JudgedUpload[],
): ReadonlyMap<string | null, ReadonlyMap<string, number>> {
  const sessions = new Map<string | null, Map<string, number>>()
  for (const { upload, findings, session, track } of judged) {
    const fields = sessions.get(session) ?? new Map<string, number>()
    sessions.set(session, fields)
    const minute = Math.floor(Date.parse(upload.receivedAt) / 60_000)
    const add = (letter: string, by: number) => {
      const field = `${minute} ${letter} ${track ?? ''}`
      fields.set(field, (fields.get(field) ?? 0) + by)
    }
    const worst = worstOf(findings)
    add('u', 1)
    if (!upload.parts) add('b', upload.bytes)
    if (worst) add(letters[worst], 1)
  }
  return sessions
}

/** The counts in a hash of minutes, in the order of time. */
export function decodeMinutes(fields: Readonly<Record<string, string>>): readonly MinuteCounts[] {
  const found = new Map<string, Map<string, number>>()
  for (const [field, value] of Object.entries(fields)) {
    const [, minute = '', letter = '', track = ''] = /^(\d+) (\w) (.*)$/s.exec(field) ?? []
    const key = `${minute} ${track}`
    found.set(key, (found.get(key) ?? new Map<string, number>()).set(letter, Number(value)))
  }
  return [...found]
    .map(([key, counts]) => ({
      minute: Number.parseInt(key, 10),
      track: key.slice(key.indexOf(' ') + 1),
      uploads: counts.get('u') ?? 0,
      bytes: counts.get('b') ?? 0,
      worst: severities.find((severity) => counts.has(letters[severity])) ?? null,
    }))
    .sort((one, other) => one.minute - other.minute)
}
