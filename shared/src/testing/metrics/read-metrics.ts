import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { type MetricFamily, parseMetrics } from './prometheus-text.ts'

/** What `/metrics` on a Unix socket says, parsed; throws where Prometheus would not take it. */
export async function readMetrics(socketPath: string) {
  const [response] = await once(request({ socketPath, path: '/metrics', agent: false }).end(), 'response')
  equal(response.statusCode, 200)
  match(response.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const said: string = await text(response)
  const families = parseMetrics(said)
  return { text: said, families, value: (name: string, labels = {}) => valueIn(families, name, labels) }
}

/** Of the sample with that name and those labels among its labels; null without one. */
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
