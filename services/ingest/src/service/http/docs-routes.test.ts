import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { problem } from '@pushav/shared/api/common.ts'
import { type Operation, operations } from '@pushav/shared/api/operations.ts'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { z } from 'zod'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'
import { makeCsr } from '../../testing/openssl.ts'
import { openApiDocument } from './openapi-document.ts'

const json = { 'content-type': 'application/json' }

describe('the OpenAPI document', () => {
  const suite = ingestSuite()

  it('is valid, by a validator', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApiDocument('1.0.0')))
    deepEqual(errors ?? [], [])
    equal(valid, true)
  })

  it('has exactly the routes of docs/api.md, which are those of this service', () => {
    const api = readFileSync(join(import.meta.dirname, '../../../../../docs/api.md'), 'utf8')
    const [, table = ''] = /## All routes\n(.*?)\n## /s.exec(api) ?? []
    const documented = [...table.matchAll(/^\| ([A-Z, ]+) \| \[?`(.+?)`/gm)].flatMap(
      ([, methods = '', path]) => methods.split(', ').map((method) => `${method} ${path}`),
    )
    const known = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    deepEqual(known.sort(), documented.sort())
  })

  it('describes real responses', async function () {
    this.timeout(30_000)
    await using ingest = await suite.start({ KEYLOG: join(suite.path(), 'keys.log') })
    const named = await feed(ingest)
    await reportSecret(ingest)
    const checked: string[] = []
    for (const operation of operations.filter(({ method }) => method === 'get')) {
      for (const query of queriesOf(operation)) {
        const parts = { ...named, ...partsOf(operation, named) }
        const path = pathOf(operation, parts) + query
        // Events do not end, and the names of assets are of their contents.
        if (path.includes('/events') || path.startsWith('/ui/assets/')) continue
        const { status, json: body, text } = await ingest.get(path)
        const schema = operation.responses[status]
        if (schema === undefined) problem.parse(body)
        else if (typeof schema === 'string') ok(text.length > 0, path)
        else strictly(schema, body, path)
        if (body !== null) await isFormatted(ingest, path, text)
        checked.push(`${status} ${path}`)
      }
    }
    // With AUTH=open there are no tokens and owners; e2e/access.test.ts has their responses.
    const failed = checked.filter((line) => !/^(20[02] |409 \/access\/)/.test(line))
    deepEqual(failed, [])
  })

  it('describes what changes something', async () => {
    await using ingest = await suite.start()
    const { webhook } = await feed(ingest)
    const csr = JSON.stringify({ csr: makeCsr(suite.path(), 'p256') })
    const requests: readonly [method: Operation['method'], path: string, template: string, body?: string][] =
      [
        ['post', '/streams', '/streams', '{"interface":"dash"}'],
        ['post', '/streams/2/trackName', '/streams/{id}/trackName', '{"track_name":"video"}'],
        [
          ...(['post', '/streams/2/expectedTrackNames', '/streams/{id}/expectedTrackNames'] as const),
          '{"expected_track_names":["video"]}',
        ],
        ['put', '/expectations/2', '/expectations/{id}', '{"tracks":[{"codec":"avc1"}],"bitrate":{"min":1}}'],
        ['post', '/faults/2', '/faults/{id}', '{"when":{"nth":9},"fault":{"kind":"status","status":503}}'],
        ['delete', '/faults/2', '/faults/{id}'],
        ['post', '/streams/2/new.txt', '/streams/{id}/{path}', 'text'],
        ['put', '/streams/2/new.txt', '/streams/{id}/{path}', 'text'],
        [
          ...(['post', '/sealed/1/none', '/sealed/{id}/{session}'] as const),
          JSON.stringify({ camera_key: '0'.repeat(64) }),
        ],
        ['post', '/webhooks', '/webhooks', '{"url":"http://localhost/","stream":1}'],
        ['post', `/webhooks/${webhook}/test`, '/webhooks/{id}/test'],
        ['delete', `/webhooks/${webhook}`, '/webhooks/{id}'],
        ['post', '/certs/other/keypair', '/certs/{name}/keypair'],
        ['post', '/certs/signed/sign', '/certs/{name}/sign', csr],
        ['post', '/certs/other/revoke', '/certs/{name}/revoke'],
        ['delete', '/tls-tests', '/tls-tests'],
        ['delete', '/streams/2/new.txt', '/streams/{id}/{path}'],
        ['delete', '/streams/2', '/streams/{id}'],
      ]
    for (const [method, path, template, body] of requests) {
      const { status, json: answer, text } = await ingest.send(method.toUpperCase(), path, body, json)
      ok(text.endsWith('}\n'), path)
      const operation = operations.find((one) => one.method === method && one.path === template)
      const schema = operation?.responses[status]
      ok(schema && typeof schema !== 'string', `${status} ${path}`)
      strictly(schema, answer, path)
    }
    const tried = new Set(requests.map(([method, , template]) => `${method} ${template}`))
    const others = operations.filter(
      ({ method, path }) => method !== 'get' && !tried.has(`${method} ${path}`),
    )
    // Of an id that only the server knows, without a JSON response, or only for AUTH=mtls: e2e/access.test.ts has those.
    deepEqual(
      others.map(({ path }) => path).filter((path) => !path.startsWith('/access/')),
      [
        '/faults/{id}/{fault}',
        ...['/events/handshake-refused', '/events/handover-applied', '/events/tls-secrets'],
        '/events/tls-tests',
        '/certs/device/{name}/bundle.p12',
      ],
    )
  })

  it('is shown by a page that runs nothing but its own scripts', async () => {
    await using ingest = await suite.start()
    const { text, headers } = await ingest.get('/docs')
    ok(String(headers['content-security-policy']).includes("script-src 'self'"))
    for (const [, path = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g))
      equal((await ingest.get(path)).status, 200, path)
    ok(!/<script>|style=|\son\w+=/.test(text))
    equal((await ingest.get('/docs/package.json')).status, 404)
  })

  /** A stream with something of every kind; the parts of paths that lead to it. */
  async function feed(ingest: Ingest): Promise<Record<string, string>> {
    await ingest.send('POST', '/streams', '{}', json)
    const init = (await ingest.put('/streams/1/v.cmfv', Buffer.concat([ftyp, moov()]))).json.upload_id
    const upload = (await ingest.put('/streams/1/v.cmfv', chunk())).json.upload_id
    const manifest = (await ingest.put('/streams/1/m.mpd', '<MPD/>')).json.upload_id
    await ingest.send('POST', '/certs/cam/keypair')
    await ingest.send('POST', '/events/handshake-refused', JSON.stringify(refused), {
      ...{ ...json, 'x-proxy-event': 'handshake-refused' },
    })
    const { json: webhook } = await ingest.send('POST', '/webhooks', '{"url":"http://localhost/"}', json)
    const { tracks } = (await ingest.get('/sessions/1')).json.sessions[0]
    return {
      webhook: webhook.id,
      ...{ id: '1', path: 'v.cmfv', upload, init, manifest, session: 'none', time: '0' },
      track: encodeURIComponent(tracks[0].name),
      ...{ hierarchy: 'device', name: 'cam', file: 'cam.pem', fingerprint: suite.device().fingerprint },
    }
  }

  const pathOf = ({ path }: Operation, parts: Record<string, string>): string =>
    path.replace(/\{(\w+)\}/g, (_all, name: string) => parts[name] ?? 'none')

  /** Where the usual upload or file has nothing to show. */
  function partsOf(
    { path }: Operation,
    { manifest = '', webhook = '' }: Record<string, string>,
  ): Record<string, string> {
    if (path.startsWith('/webhooks/')) return { id: webhook }
    if (path.endsWith('/text')) return { upload: manifest }
    if (path === '/ui/{path}') return { path: 'streams' }
    return path === '/docs/{file}' ? { file: 'start.js' } : {}
  }

  const refused = { address: '192.0.2.9', code: 'certificate-expired', reason: 'expired' }

  function queriesOf({ path }: Operation): readonly string[] {
    if (path === '/streams' || path === '/streams/{id}') return ['', '?summary=true']
    if (path === '/streams/{id}/uploads') return ['', '?view=rows', '?view=minutes']
    if (path === '/compare') return ['?a=1&b=1']
    if (path === '/streams/{id}/report') return ['', '?metrics=true&latency=true&evidence=true']
    if (path === '/wait/{id}') return ['?until=first-upload']
    if (path === '/certs') return ['', '?details=true']
    if (path === '/certs/device/{name}/bundle.p12') return ['?password=secret']
    return ['']
  }

  /** As the proxy does, of the connection on which all uploads of the suite come. */
  async function reportSecret(ingest: Ingest): Promise<void> {
    const line = `CLIENT_RANDOM ${'0'.repeat(64)} 00`
    const secrets = [{ address: '192.0.2.7', port: 4711, at: '2026-01-01T00:00:00.000Z', line }]
    const headers = { ...json, 'x-proxy-event': 'tls-secrets' }
    equal(
      (await ingest.send('POST', '/events/tls-secrets', JSON.stringify({ secrets }), headers)).status,
      204,
    )
    const wrong = JSON.stringify({ secrets: [{ ...secrets[0], line: `${line}\nCLIENT_RANDOM` }] })
    equal((await ingest.send('POST', '/events/tls-secrets', wrong, headers)).status, 400)
  }

  /** On one line with a newline at its end, and indented on request. */
  async function isFormatted(ingest: Ingest, path: string, text: string): Promise<void> {
    equal(text, `${JSON.stringify(JSON.parse(text))}\n`, path)
    const { text: pretty } = await ingest.get(`${path}${path.includes('?') ? '&' : '?'}pretty`)
    equal(pretty, `${JSON.stringify(JSON.parse(pretty), null, 2)}\n`, path)
  }

  function strictly(schema: z.ZodType, body: unknown, path: string): void {
    const { error, data } = schema.safeParse(body)
    equal(error, undefined, `${path}: ${JSON.stringify(error?.issues)} in ${JSON.stringify(body)}`)
    // Parsing drops what the schema does not name.
    deepEqual(data, body, path)
  }
})
