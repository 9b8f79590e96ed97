import { deepEqual, ok } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const files = globSync(['docker-compose*.yml', 'docs/kubernetes/*.yaml'], { cwd: root }).sort()

/** Read by Amazon's SDK, not by this project. */
const isForeign = (name: string): boolean => name.startsWith('AWS_')

/** `NAME: value` of docker compose and of Secrets, `- name: NAME` of Kubernetes, `- NAME=value` of kustomize. */
function settingsIn(text: string): readonly string[] {
  const found = text.matchAll(/^ +(?:- name: |- )?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?::|=|$)/gm)
  return [...new Set([...found].map(([, name = '']) => name))].filter((name) => !isForeign(name))
}

describe('docker-compose*.yml, docs/kubernetes', () => {
  const readers = ['proxy', 'services/ingest', 'services/probe'].map((home) => read(`${home}/src/config.ts`))
  const known = new Set(
    readers.flatMap((source) => [...source.matchAll(/setting\(\s*'(\w+)'/g)].map(([, name]) => name)),
  )

  for (const path of files)
    it(`${path} sets nothing that no process reads`, () => {
      const named = settingsIn(read(path)).filter((name) => name !== 'FFPROBE_BUILD')
      deepEqual(
        named.filter((name) => !known.has(name)),
        [],
      )
    })

  it('finds settings in each way of writing them', () => {
    for (const [path, name] of [
      ['docker-compose.scale.yml', 'STORE'],
      ['docs/kubernetes/ingest.yaml', 'DNS_NAME'],
      ['docs/kubernetes/secrets.yaml', 'REDIS_URL'],
      ['docs/kubernetes/kustomization.yaml', 'DURABILITY'],
    ] as const)
      ok(settingsIn(read(path)).includes(name), `${path}: ${name}`)
  })

  it('the proxies name each ingest', () => {
    const replicas = Number(/replicas: (\d+)/.exec(read('docs/kubernetes/ingest.yaml'))?.[1])
    const addresses = Array.from({ length: replicas }, (_, i) => `ingest-${i}.ingest:8081`)
    ok(read('docs/kubernetes/proxy.yaml').includes(`value: ${addresses.join(',')}\n`))
  })
})
