import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { type MetricFamily, parseMetrics } from './prometheus-text.ts'

/** Reads and parses `/metrics` of a Unix socket. Throws an `AssertionError` for a response that Prometheus rejects. */
export async function readMetrics(socketPath: string) {
  const [response] = await once(request({ socketPath, path: '/metrics', agent: false }).end(), 'response')
  equal(response.statusCode, 200)
  match(response.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const said: string = await text(response)
  const families = parseMetrics(said)
  return { text: said, families, value: (name: string, labels = {}) => valueIn(families, name, labels) }
}

/** The value of the first sample that has this name and at least these labels; null when there is none. */
function valueIn(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>>,
): number | null {
  const samples = [...families.values()].flatMap((family) => family.samples)
  const wanted = Object.entries(labels)
  const found = samples.find(
    (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
  )
  return found?.value ?? null
}
