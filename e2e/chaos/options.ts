import { parseArgs } from 'node:util'

export interface ChaosOptions {
  readonly seed: number
  readonly seconds: number
}

export const help = `npm run chaos -- [--seed N] [--minutes M]

  --seed N     the same disturbances again (default: the time)
  --minutes M  how long, up to 10 (default: 1)

16 cameras, some with a wrong clock, push while processes are killed and stopped, Redis is late, the disk is full,
connections are cut, certificates are revoked, streams are deleted and retention removes the oldest sessions. In the
end everything that was answered 2xx has to be there. The exit code is 1 when something is not.
`

/** Reads the flags; null for `--help`. Throws an error with a message for the user. */
export function readOptions(args: readonly string[], now: number): ChaosOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      seed: { type: 'string', default: String(now % 100_000) },
      minutes: { type: 'string', default: '1' },
    },
  })
  if (values.help) return null
  if (!/^\d{1,9}$/.test(values.seed))
    throw new Error(`--seed must be a whole number, but is "${values.seed}"`)
  const minutes = Number(values.minutes)
  if (!(minutes > 0 && minutes <= 10))
    throw new Error(`--minutes must be up to 10, but is "${values.minutes}"`)
  return { seed: Number(values.seed), seconds: Math.round(minutes * 60) }
}
