import type { FaultScript } from '@pushav/shared/api/lab/faults.ts'
import type { FaultSelection } from './fault-rule.ts'
import type { FaultRequest } from './make-rules.ts'

const anyUpload: FaultSelection = {
  path: null,
  session: null,
  track: null,
  kind: null,
  nth: null,
  every: null,
  probability: null,
  seed: 0,
}

const maxHits = 1_000

/** The rules of a ready script that begins now. The first rule that hits an upload is carried out. */
export function requestsOf(script: FaultScript, nowMs: number): readonly FaultRequest[] {
  const lasting = (seconds: number) => ({ when: anyUpload, fromMs: nowMs, untilMs: nowMs + seconds * 1_000 })
  switch (script) {
    case 'server-restarts':
      return [
        {
          ...lasting(60),
          maxHits: 1,
          fault: { kind: 'cut', how: 'rst', at: 'middle', afterBytes: null },
        },
        { ...lasting(15), maxHits, fault: { kind: 'cut', how: 'fin', at: 'head', afterBytes: null } },
      ]
    case 'disk-full':
      return [
        { ...lasting(30), maxHits, fault: { kind: 'status', status: 507, at: 'head', retryAfter: null } },
      ]
    case 'slow-uplink':
      return [{ ...lasting(60), maxHits, fault: { kind: 'slow', bytesPerSecond: 32_768 } }]
    case 'certificate-expires':
      return [
        {
          ...lasting(300),
          when: { ...anyUpload, kind: 'segment', nth: 3 },
          maxHits,
          fault: { kind: 'certificate-expired' },
        },
      ]
  }
}
