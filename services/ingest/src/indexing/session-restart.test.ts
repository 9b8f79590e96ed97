import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (nth: number) => chunk({ sequence: nth, at: (nth - 1) * 1_000 })
/** The same second with another picture. */
function segmentAnew(nth: number): Buffer {
  const bytes = segment(nth)
  return bytes.fill(8, bytes.length - 50)
}
const pathOf = (number: number) => `session_1/video/segment_${number}.m4s`

describe('a session whose camera restarts', () => {
  const suite = ingestSuite()

  it('is two recordings in lists, report and player, also when the index is rebuilt', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const nth of [1, 2, 3]) await put(ingest, nth, segment(nth))
    const codes: string[][] = []
    for (const nth of [1, 2]) codes.push(await put(ingest, nth, segmentAnew(nth)))
    ok(codes[0]?.includes('session-restarted'), String(codes[0]))
    deepEqual(codes[1], [])
    const shown = await shownBy(ingest)
    deepEqual(shown.sessions, [
      ['1', 1, 'abandoned', ['session_1/video/video.init', pathOf(1001), pathOf(1002), pathOf(1003)]],
      ['1.2', 1, 'open', [pathOf(1001), pathOf(1002)]],
    ])
    deepEqual(shown.warnings, [
      ['1', 0],
      ['1.2', 1],
    ])
    const manifests = await Promise.all(['1', '1.2'].map((key) => ingest.get(`/play/1/${key}/manifest.mpd`)))
    deepEqual(
      manifests.map(({ status, text }) => [status, /<S [^>]*>/.exec(text)?.[0]]),
      [
        [200, '<S t="0" d="1000" r="2"/>'],
        [200, '<S t="0" d="1000" r="1"/>'],
      ],
    )
    deepEqual(shown.restarts, { 1: 'met', '1.2': 'violated' })
    await suite.flush()
    await using again = await suite.start({ INSTANCE: 'two' })
    deepEqual(await shownBy(again), shown)
  })

  it('is two recordings where each is one long request, also when the index is rebuilt', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=cmaf-ingest')
    const put = async (...segments: readonly Buffer[]) =>
      (await ingest.put('/streams/1/Streams(video.cmfv)', Buffer.concat([init, ...segments]))).status
    deepEqual([await put(...[1, 2, 3].map(segment)), await put(...[1, 2].map(segmentAnew))], [202, 202])
    const shown = await shownBy(ingest)
    deepEqual(
      shown.sessions.map((session: readonly unknown[]) => session.slice(0, 3)),
      [
        ['none', null, 'abandoned'],
        ['none.2', null, 'open'],
      ],
    )
    deepEqual(shown.warnings, [
      ['none', 0],
      ['none.2', 1],
    ])
    deepEqual(shown.restarts, { none: 'met', 'none.2': 'violated' })
    const manifests = await Promise.all(
      ['none', 'none.2'].map((key) => ingest.get(`/play/1/${key}/manifest.mpd`)),
    )
    deepEqual(
      manifests.map(({ text }) => /<S [^>]*>/.exec(text)?.[0]),
      ['<S t="0" d="1000" r="2"/>', '<S t="0" d="1000" r="1"/>'],
    )
    await suite.flush()
    await using again = await suite.start({ INSTANCE: 'two' })
    deepEqual(await shownBy(again), shown)
  })

  it('is two recordings without an error where its MPD comes first', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=cmaf-ingest&strict=true')
    const mpd = (start: Date) =>
      `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" availabilityStartTime="${start.toISOString()}"/>`
    const [yesterday, today] = [new Date(Date.now() - 86_400_000), new Date()]
    const put = async (path: string, body: Buffer | string) =>
      (await ingest.put(`/streams/1/cam/${path}`, body)).json.findings.map(
        ({ code, severity }: { code: string; severity: string }) => `${code} ${severity}`,
      )
    await put('main.mpd', mpd(yesterday))
    await put('init.mp4', init)
    for (const nth of [1, 2]) await put(`${nth}.m4s`, segment(nth))
    const changed = await put('main.mpd', mpd(today))
    ok(changed.includes('mpd-changed warning') && !changed.includes('mpd-changed error'), String(changed))
    const restarted = await put('1.m4s', segmentAnew(1))
    ok(restarted.includes('session-restarted warning'), String(restarted))
    await put('main.mpd', mpd(today))
    const resultsOf = async () =>
      Promise.all(
        ['?session=none', '?session=none.2', ''].map(async (query) => {
          const { rules } = (await ingest.get(`/streams/1/report${query}`)).json
          return ['mpd-changed', 'session-restarted'].map(
            (code) => rules.find((rule: { code: string }) => rule.code === code).result,
          )
        }),
      )
    const results = [
      ['met', 'met'],
      ['met', 'violated'],
      ['met', 'violated'],
    ]
    deepEqual(await resultsOf(), results)
  })

  it('serves the newest object at a path, and the older one as a version', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const nth of [1, 2]) await put(ingest, nth, segment(nth))
    await put(ingest, 1, segmentAnew(1))
    const { json } = await ingest.get('/streams/1/uploads')
    const versions = json.uploads.filter(({ path }: { path: string }) => path === pathOf(1001))
    deepEqual(
      versions.map(({ session, session_id: number }: { session: string; session_id: number }) => [
        session,
        number,
      ]),
      [
        ['1', 1],
        ['1.2', 1],
      ],
    )
    const newest = await ingest.get(`/streams/1/${pathOf(1001)}`)
    match(String(newest.headers.etag), new RegExp(versions[1].id))
    equal((await ingest.get(`/uploads/1/${versions[0].id}`)).status, 200)
  })

  async function put(ingest: Ingest, nth: number, body: Buffer): Promise<string[]> {
    if (nth === 1) await ingest.put('/streams/1/session_1/video/video.init', init)
    const { json } = await ingest.put(`/streams/1/${pathOf(1_000 + nth)}`, body)
    return json.findings
      .filter(({ severity }: { severity: string }) => severity !== 'note')
      .map(({ code }: { code: string }) => code)
  }
})

async function shownBy(ingest: Ingest) {
  const { sessions } = (await ingest.get('/streams/1')).json
  const summaries = (await ingest.get('/sessions/1')).json.sessions.toReversed()
  const restarts: Record<string, string> = {}
  for (const { key } of sessions) {
    const { rules } = (await ingest.get(`/streams/1/report?session=${key}`)).json
    restarts[key] = rules.find(({ code }: { code: string }) => code === 'session-restarted').result
  }
  return {
    sessions: sessions.map(
      (session: { key: string; id: number; phase: string; uploaded_segments: string[][] }) => [
        session.key,
        session.id,
        session.phase,
        session.uploaded_segments.map(([path]) => path),
      ],
    ),
    warnings: summaries.map(({ key, warnings }: { key: string; warnings: number }) => [key, warnings]),
    restarts,
  }
}
