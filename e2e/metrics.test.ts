import { deepEqual, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addProcessMetrics, createRegistry } from '@pushav/shared/metrics/metrics-server.ts'
import { parseMetrics } from '@pushav/shared/testing/metrics/prometheus-text.ts'
import { createProxyMetrics } from '../proxy/src/metrics/count-exchanges.ts'
import { createIngestMetrics } from '../services/ingest/src/metrics/count-uploads.ts'
import { addIngestGauges } from '../services/ingest/src/metrics/gauges.ts'
import { createProbeMetrics } from '../services/probe/src/metrics/probe-metrics.ts'

const docs = join(import.meta.dirname, '../docs')
const makers: Readonly<Record<string, (registry: ReturnType<typeof createRegistry>) => void>> = {
  ingest(registry) {
    createIngestMetrics(registry).refused('certificate-expired')
    addIngestGauges(registry, {
      backlog: async () => ({ waiting: 3, running: 1, oldestWaitingMs: 1_500 }),
      ...{ inFlight: { all: () => [] }, shipBacklog: null, workingDirectory: tmpdir() },
    })
  },
  proxy(registry) {
    const { connected, exchanged } = createProxyMetrics(registry)
    connected('h2')
    exchanged('PUT', '202', 12)
  },
  probe(registry) {
    createProbeMetrics(registry)('done', 120)
  },
}

describe('the metrics of all processes', () => {
  const texts = new Map<string, string>()
  const names = new Set<string>()
  before(async () => {
    for (const [process, make] of Object.entries(makers)) {
      const registry = createRegistry(process)
      addProcessMetrics(registry)
      make(registry)
      const text = await registry.metrics()
      texts.set(process, text)
      for (const { name, type } of parseMetrics(text).values()) {
        const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
        for (const suffix of suffixes) names.add(`${name}${suffix}`)
      }
    }
  })

  it('pass promtool, where it is installed', function () {
    if (!hasPromtool()) return this.skip()
    for (const text of texts.values()) execFileSync('promtool', ['check', 'metrics'], { input: text })
  })

  it('are what the Grafana dashboard asks for', () => {
    const asked = queries().flatMap((query) => query.match(metricName) ?? [])
    ok(asked.length > 10)
    deepEqual(
      asked.filter((name) => !names.has(name)),
      [],
    )
  })

  it('are asked for in queries that promtool takes, where it is installed', function () {
    if (!hasPromtool()) return this.skip()
    const directory = mkdtempSync(join(tmpdir(), 'rules-'))
    const file = join(directory, 'rules.json')
    const rules = queries().map((expr, i) => ({ record: `query:${i}`, expr }))
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
    try {
      execFileSync('promtool', ['check', 'rules', file], { stdio: 'pipe' })
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('are listed in docs/operations.md, and no others', () => {
    const [, section = ''] =
      /^## Metrics\n(.*?)^## /ms.exec(readFileSync(join(docs, 'operations.md'), 'utf8')) ?? []
    const listed = [...section.matchAll(/`(pavs_\w+)`/g)].map(([, name]) => name)
    const own = [...names].filter((name) => name.startsWith('pavs_'))
    const families = own.map((name) => name.replace(/_(bucket|sum|count)$/, ''))
    deepEqual([...new Set(listed)].sort(), [...new Set(families)].sort())
  })
})

const metricName = /\b(?:pavs|nodejs|process)_\w+/g

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

const panels = (): readonly Panel[] => JSON.parse(readFileSync(join(docs, 'grafana.json'), 'utf8')).panels
const queries = (): readonly string[] =>
  panels().flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
