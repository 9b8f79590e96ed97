import { parseArgs } from 'node:util'

export type Options = ReturnType<typeof readOptions>

/** The text of `--help`. */
export const help = `Usage: npm run bench -- [flags]

Measures this server beside nginx on this machine; docs/benchmarks.md says what each row means.

  --rows A,B         only rows whose names begin so (all but fleet-, limits-, growth-streams, planning, 8k-h1-power, ui-)
  --rounds N         each row so often, servers in turn; medians count (2)
  --seconds S        each measurement of a rate so long (2)
  --warm-up S        before that this server so long unmeasured, while it compiles; others 1 s (6)
  --minutes M        what is not measured by then is left out (9.5)
  --drain S          after each run of a rate wait so long for all probes to end (0)
  --growth [N]       only what grows with history, up to N uploads in one stream (100000)
  --planning         only what an upload costs at a steady rate
  --memory           also one PUT of 2 GiB
  --disk DIR         where the fleet and power rows write (/var/tmp); "memory": where all others do
  --system-calls     count them in rows of rates, in a run of their own, by strace
  --json FILE        write everything there
  --hard [1,4]       what happens under hard conditions instead, all of them or some; with
    --hard-seconds S   what is measured under a condition lasts so long (10)
    --outage S         Redis hangs so long (60)
    --probes S         wait so long for the probes of each condition in the end (100)
    --slow N           slow writers, and as many slow readers (1000)
    --idle N           idle connections (5000)
    --streams N        streams that one HTTP/2 connection opens (10000)
    --backlog N        probes that wait (100000)
  --against URL      also measure what is there: uploads go below it
  --cacert, --cert, --key FILE   for --against; without them those of this server
`

const value = { type: 'string' } as const
const flags = {
  rows: value,
  rounds: value,
  seconds: value,
  'warm-up': value,
  minutes: value,
  drain: value,
  growth: value,
  planning: { type: 'boolean' },
  memory: { type: 'boolean' },
  disk: value,
  'system-calls': { type: 'boolean' },
  json: value,
  hard: value,
  'hard-seconds': value,
  outage: value,
  probes: value,
  slow: value,
  idle: value,
  streams: value,
  backlog: value,
  against: value,
  cacert: value,
  cert: value,
  key: value,
  help: { type: 'boolean' },
} as const

/** Reads the flags. Throws an error whose message says in one sentence what is wrong. */
export function readOptions(argv: readonly string[]) {
  const { values } = parseArgs({ args: withCount(withChoice(argv)), options: flags, strict: true })
  return {
    rows: values.rows?.split(',') ?? rowsFor(values.growth !== undefined, values.planning ?? false),
    rounds: positive('rounds', values.rounds ?? '2'),
    seconds: positive('seconds', values.seconds ?? '2'),
    warmUp: positive('warm-up', values['warm-up'] ?? '6'),
    minutes: positive('minutes', values.minutes ?? '9.5'),
    drainMs: Number(values.drain ?? 0) * 1_000,
    growth: positive('growth', values.growth ?? '10000'),
    hasMemory: values.memory ?? false,
    disk: values.disk ?? '/var/tmp',
    countsSystemCalls: values['system-calls'] ?? false,
    json: values.json ?? null,
    hard: values.hard === undefined ? null : adverseOptions(values),
    against: values.against?.replace(/\/$/, '') ?? null,
    cacert: values.cacert ?? null,
    cert: values.cert ?? null,
    key: values.key ?? null,
    isHelp: values.help ?? false,
  }
}

type Values = Readonly<Partial<Record<keyof typeof flags, string | boolean>>>

function adverseOptions(values: Values) {
  const number = (name: keyof typeof flags, otherwise: number) =>
    positive(name, String(values[name] ?? otherwise))
  return {
    /** Numbers of the chosen conditions; empty for all. */
    chosen: String(values.hard).split(',').filter(Boolean).map(Number),
    seconds: number('hard-seconds', 10),
    outageSeconds: number('outage', 60),
    probesWithinMs: number('probes', 100) * 1_000,
    slow: number('slow', 1_000),
    idle: number('idle', 5_000),
    streams: number('streams', 10_000),
    backlog: number('backlog', 100_000),
  }
}

/** Lets `--hard` stand without a value. */
const withChoice = (argv: readonly string[]): string[] =>
  argv.map((word, at) => (word === '--hard' && !/^[\d,]+$/.test(argv[at + 1] ?? '') ? '--hard=' : word))

/** Lets `--growth` stand without a number, which means all of it. */
const withCount = (argv: readonly string[]): string[] =>
  argv.flatMap((word, at) =>
    word === '--growth' && !/^\d/.test(argv[at + 1] ?? '') ? [word, maxGrowth] : [word],
  )

const maxGrowth = '100000'

function rowsFor(isGrowth: boolean, isPlanning: boolean): string[] {
  if (!isGrowth && !isPlanning) return ['']
  return [...(isGrowth ? ['growth', 'growth-streams'] : []), ...(isPlanning ? ['planning'] : [])]
}

function positive(name: string, text: string): number {
  const number = Number(text)
  if (number > 0) return number
  throw new Error(`--${name} must be a number above 0, not "${text}"`)
}
