import { parseArgs } from 'node:util'

const targetNames = ['boxes', 'mpd', 'playlist', 'csr', 'journal', 'heads', 'http', 'h2'] as const
export type TargetName = (typeof targetNames)[number]

export interface Options {
  readonly seed: number
  /** Inputs for each target. */
  readonly count: number
  readonly targets: readonly TargetName[]
}

export const help = `npm run fuzz -- [--seed N] [--count N] [--target NAME]...

  --seed N       the same inputs again (default: 1)
  --count N      inputs for each target (default: 10000)
  --target NAME  ${targetNames.join(', ')} (default: all)

boxes, mpd, playlist, csr and journal are read in this process. heads (a head cut or changed anywhere), http (whole
requests in changed framings) and h2 (frames) go to the port of a real proxy. The exit code is 1 when an input crashed
or hung something, or got a 5xx.
`

/** Parses the flags; null for `--help`. Throws an error whose message is written for the user. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '10000' },
      target: { type: 'string', multiple: true, default: [...targetNames] },
    },
  })
  if (values.help) return null
  const seed = wholeNumber('--seed', values.seed)
  const count = wholeNumber('--count', values.count)
  return { seed, count, targets: values.target.map(targetName) }
}

function wholeNumber(flag: string, word: string): number {
  if (!/^\d{1,9}$/.test(word)) throw new Error(`${flag} must be a whole number, but is "${word}"`)
  return Number(word)
}

function targetName(word: string): TargetName {
  const found = targetNames.find((name) => name === word)
  if (!found) throw new Error(`--target must be ${targetNames.join(', ')}, but is "${word}"`)
  return found
}
