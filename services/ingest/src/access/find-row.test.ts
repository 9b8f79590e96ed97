import { equal, throws } from 'node:assert/strict'
import { findRow } from './find-row.ts'

describe('findRow', () => {
  for (const [method, path, route, id] of [
    ['GET', '/streams', 'GET /streams', undefined],
    ['HEAD', '/streams/', 'GET /streams', undefined],
    ['GET', '/Streams/7', 'GET /streams/{id}', '7'],
    ['DELETE', '/streams/7/', 'DELETE /streams/{id}', '7'],
    ['DELETE', '/streams/7/a', 'DELETE /streams/{id}/{path}', '7'],
    ['PUT', '/streams/7/a/b/c.m4s', 'PUT /streams/{id}/{path}', '7'],
    ['PUT', '/streams/%37/a', 'PUT /streams/{id}/{path}', '7'],
    ['GET', '/streams/7%2Fa/b', 'GET /streams/{id}/{path}', '7/a'],
    ['GET', '/streams/7/uploads', 'GET /streams/{id}/uploads', '7'],
    ['GET', '/streams/7/uploads/x', 'GET /streams/{id}/{path}', '7'],
    ['GET', '/streams/probe/7/a/b', 'GET /streams/probe/{id}/{path}', '7'],
    ['GET', '/uploads/7/u', 'GET /uploads/{id}/{upload}', '7'],
    ['GET', '/uploads/7/u/preview.mp4', 'GET /uploads/{id}/{upload}/preview.mp4', '7'],
    ['GET', '/play/7/s/t/9.m4s', 'GET /play/{id}/{session}/{track}/{time}.m4s', '7'],
    ['GET', '/certs/device/root.pem', 'GET /certs/device/root.pem', undefined],
    ['GET', '/certs/device/cam.pem', 'GET /certs/device/{name}.pem', undefined],
    ['GET', '/certs/device/cam.key', 'GET /certs/{hierarchy}/{file}', undefined],
    ['GET', '/certs/device/cam%2Epem', 'GET /certs/{hierarchy}/{file}', undefined],
    ['GET', '/certs/server/localhost.pem', 'GET /certs/{hierarchy}/{file}', undefined],
    ['GET', '/certs/device/root.key', 'GET /certs/{hierarchy}/{file}', undefined],
    ['POST', '/certs/device/cam/bundle.p12', 'POST /certs/device/{name}/bundle.p12', undefined],
    ['POST', '/access/streams/7', 'POST /access/streams/{id}', '7'],
    ['GET', '/ui/sign-in', 'GET /ui/sign-in', undefined],
    ['GET', '/ui/assets/1/a/b.js', 'GET /ui/assets/{path}', undefined],
    ['GET', '/ui/streams/7', 'GET /ui/{path}', undefined],
  ] as const)
    it(`finds the row of ${method} ${path}`, () => {
      const found = findRow(method, path)
      equal(found?.route, route)
      equal(found?.params.id, id)
    })

  for (const [method, path] of [
    ['GET', '/nothing'],
    ['GET', '/%73treams'],
    ['PUT', '/streams'],
    ['OPTIONS', '/streams/7'],
    ['PATCH', '/streams/7/a'],
    ['GET', '/streams7'],
    ['GET', '/certs/device/a/b.pem'],
    ['GET', '//streams'],
    ['', ''],
  ] as const)
    it(`finds none for ${method} ${path}`, () => {
      equal(findRow(method, path), null)
    })

  it('throws for a path that cannot be decoded', () => {
    throws(() => findRow('GET', '/streams/%zz'), URIError)
  })
})
