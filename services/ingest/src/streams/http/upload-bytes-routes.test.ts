import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { uploadPath } from '@pushav/shared/paths.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'

describe('GET /uploads/{stream}/{upload}', () => {
  const suite = ingestSuite()

  const rangeOf = (ingest: Ingest, path: string, Range: string) =>
    ingest.send('GET', path, undefined, { Range })

  it('answers the bytes of every version of a path, also where the path means something else', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams', '{}')
    for (const path of ['uploads', 'report', 'a b/ü%23?.mp4', 'a', 'a/clash.mp4', 'a']) {
      const encoded = path.split('/').map(encodeURIComponent).join('/')
      const { json } = await ingest.put(`/streams/1/${encoded}`, `this is ${path}`)
      const { status, text, headers } = await ingest.get(`/uploads/1/${json.upload_id}`)
      deepEqual([status, text], [200, `this is ${path}`])
      equal(headers['content-type'], 'application/octet-stream')
    }
  })

  it('answers ranges', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams', '{}')
    const { upload_id } = (await ingest.put('/streams/1/a.mp4', '0123456789')).json
    const { status, text, headers } = await rangeOf(ingest, `/uploads/1/${upload_id}`, 'bytes=2-4')
    deepEqual([status, text, headers['content-range']], [206, '234', 'bytes 2-4/10'])
    const rest = await rangeOf(ingest, `/uploads/1/${upload_id}`, 'bytes=8-')
    deepEqual([rest.status, rest.text], [206, '89'])
    const none = await rangeOf(ingest, `/uploads/1/${upload_id}`, 'bytes=10-')
    deepEqual([none.status, none.headers['content-range']], [416, 'bytes */10'])
  })

  it('says of an empty upload that it is empty', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams', '{}')
    await ingest.put('/streams/1/a.mp4', 'x')
    await writeFile(uploadPath(suite.path(), '1', 'empty'), '')
    const { status, headers } = await rangeOf(ingest, '/uploads/1/empty', 'bytes=0-99')
    deepEqual([status, headers['content-range']], [416, 'bytes */0'])
  })

  it('answers what was cut off', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams', '{}')
    const request = ingest.begin('PUT', '/streams/1/cut.mp4', { 'content-length': '100' })
    request.on('error', () => {})
    request.write('only this')
    await once(request, 'socket')
    await until('its first bytes are taken', async () => request.socket?.writableLength === 0)
    setImmediate(() => request.destroy())
    const [line] = await until('it is recorded', async () => {
      const { uploads } = (await ingest.get('/streams/1/uploads')).json
      return uploads.length > 0 && uploads
    })
    equal(line.whole, false)
    equal((await ingest.get(`/uploads/1/${line.id}`)).text, 'only this'.slice(0, line.bytes))
  })

  it('needs neither Redis nor the index', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams', '{}')
    const { upload_id } = (await ingest.put('/streams/1/a.mp4', 'kept')).json
    await suite.redis().kill()
    const { text } = await ingest.get(`/uploads/1/${upload_id}`)
    await suite.redis().start()
    await until('Redis is back', async () => (await ingest.get('/streams/1')).status === 200)
    equal(text, 'kept')
  })

  it('says that there is none, and leads to no other file', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams', '{}')
    const { upload_id } = (await ingest.put('/streams/1/a.mp4', 'kept')).json
    const missing = await ingest.get('/uploads/1/none')
    deepEqual([missing.status, missing.json.code], [404, 'object-unknown'])
    for (const name of ['..', '%2e%2e%2f1%2f', '..%2f..%2fcerts%2fserver%2froot.pem', '%00', '.hidden']) {
      const { status } = await ingest.get(`/uploads/1/${name}`)
      equal(status, 404, name)
    }
    const noStream = await ingest.get(`/uploads/..%2fuploads%2f1/${upload_id}`)
    deepEqual([noStream.status, noStream.json.code], [404, 'stream-unknown'])
    await ingest.send('DELETE', '/streams/1')
    const gone = await ingest.get(`/uploads/1/${upload_id}`)
    deepEqual([gone.status, gone.json.code], [404, 'stream-unknown'])
  })
})
