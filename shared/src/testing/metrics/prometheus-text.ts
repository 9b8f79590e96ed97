import { equal, ok } from 'node:assert/strict'

/** One line with a value, its name and its labels in the order of the line. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric and its samples; a histogram's have the suffixes `_bucket`, `_sum` and `_count`. */
export interface MetricFamily {
  readonly name: string
  readonly type: string
  readonly samples: Sample[]
}

/**
 * Parses a text in Prometheus' format 0.0.4 to metrics by name. Throws an `AssertionError` for what Prometheus or
 * `promtool check metrics` rejects: samples without HELP and TYPE, a repeated family or series, a name that does not
 * fit its type, a histogram whose buckets do not add up.
 */
export function parseMetrics(text: string): ReadonlyMap<string, MetricFamily> {
  ok(text.endsWith('\n'), 'the last line has no end')
  const families = new Map<string, MetricFamily>()
  const series = new Set<string>()
  let helped = ''
  let current: MetricFamily | null = null
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? []
    if (word === 'HELP') helped = name
    else if (word === 'TYPE') current = addFamily(families, name, rest, helped)
    else addSample(current, series, line)
  }
  for (const family of families.values()) assertWellFormed(family)
  return families
}

const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

function addFamily(
  families: Map<string, MetricFamily>,
  name: string,
  type: string,
  helped: string,
): MetricFamily {
  equal(helped, name, `${name} has no HELP`)
  ok(types.includes(type), `${name} is a ${type}`)
  ok(!families.has(name), `${name} comes twice`)
  equal(type === 'counter', name.endsWith('_total'), `${name} is a ${type}`)
  const family: MetricFamily = { name, type, samples: [] }
  families.set(name, family)
  return family
}

function addSample(family: MetricFamily | null, series: Set<string>, line: string): void {
  const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  ok(name, `no sample: ${line}`)
  const suffix = family && name.startsWith(family.name) ? name.slice(family.name.length) : null
  const suffixes = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
  ok(family && suffix !== null && suffixes.includes(suffix), `not of the family before it: ${line}`)
  const key = line.slice(0, line.lastIndexOf(' '))
  ok(!series.has(key), `comes twice: ${line}`)
  series.add(key)
  family.samples.push({ name, labels: labelsOf(labels, line), value: numberOf(value, line) })
}

function labelsOf(text: string, line: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  const rest = text.replaceAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)/g, (_all, name, value) => {
    ok(!Object.hasOwn(labels, name), `${name} comes twice: ${line}`)
    labels[name] = value.replaceAll(/\\(.)/g, (_escape: string, letter: string) =>
      letter === 'n' ? '\n' : letter,
    )
    return ''
  })
  equal(rest, '', `no labels: ${line}`)
  return labels
}

function numberOf(text: string, line: string): number {
  const value = /^[+-]?Inf$/.test(text) ? Number(text.replace('Inf', 'Infinity')) : Number(text)
  // Go, and so Prometheus, reads it in any case.
  ok(!Number.isNaN(value) || /^nan$/i.test(text), `no number: ${line}`)
  return value
}

function assertWellFormed({ name, type, samples }: MetricFamily): void {
  if (type === 'counter') for (const { value } of samples) ok(value >= 0, `${name} is ${value}`)
  if (type !== 'histogram') return
  const bySeries = Map.groupBy(samples, ({ labels: { le: _le, ...others } }) => JSON.stringify(others))
  for (const [labels, ofSeries] of bySeries) assertHistogram(`${name} ${labels}`, name, ofSeries)
}

function assertHistogram(said: string, name: string, samples: readonly Sample[]): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`)
  const limits = buckets.map(({ labels: { le = '' } }) => numberOf(le, said))
  ok(isAscending(limits), `${said}: buckets up to ${limits}`)
  equal(limits.at(-1), Number.POSITIVE_INFINITY, said)
  const values = buckets.map(({ value }) => value)
  ok(isAscending(values, 0), `${said}: ${values}`)
  equal(samples.find((sample) => sample.name === `${name}_count`)?.value, values.at(-1), said)
  ok(
    samples.some((sample) => sample.name === `${name}_sum`),
    `${said} has no sum`,
  )
}

/** Whether each number exceeds the one before by at least `minStep`, or by any amount when it is omitted. */
const isAscending = (numbers: readonly number[], minStep = Number.MIN_VALUE): boolean =>
  numbers.every((number, i) => i === 0 || number - (numbers[i - 1] ?? 0) >= minStep)
