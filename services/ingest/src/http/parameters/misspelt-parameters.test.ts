import { deepEqual, equal } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import express from 'express'
import request from 'supertest'
import { z } from 'zod'
import { nearMissOf, warnOfMisspelt } from './misspelt-parameters.ts'

describe('a parameter that a route does not know', () => {
  const known = ['interface', 'strict', 'type']
  const schema = z.object(Object.fromEntries(known.map((name) => [name, z.unknown()])))

  for (const [name, meant] of [
    ['inteface', 'interface'],
    ['Interface', 'interface'],
    ['inter_face', 'interface'],
    ['interfaces', 'interface'],
    ['srtict', 'strict'],
    ['typ', 'type'],
    ['interface', null],
    ['surface', null],
    ['t', null],
    ['utm_source', null],
    ['', null],
  ] as const)
    it(`${name || 'without a name'} is ${meant === null ? 'ignored' : `taken for a misspelt ${meant}`}`, () =>
      equal(nearMissOf(name, known), meant))

  it('is ignored, and named in a header and in the log where it looks misspelt', async () => {
    const lines: string[] = []
    const log = createLogger('test', 'info', { write: (line) => void lines.push(line) })
    const app = express().post(
      '/streams',
      express.json(),
      warnOfMisspelt(schema, log),
      (_request, response) => void response.json({}),
    )
    const misspelt = await request(app).post('/streams?inteface=dash&_=1').send({ strct: true })
    equal(misspelt.headers['x-ignored-parameters'], 'inteface (interface?), strct (strict?)')
    deepEqual(
      lines.map((line) => JSON.parse(line).ignored.length),
      [2],
    )
    for (const query of ['interface=dash&utm=1', '__proto__=1&constructor=1', '%0d%0ainterfac=1']) {
      const { status, headers } = await request(app).post(`/streams?${query}`)
      deepEqual([status, headers['x-ignored-parameters']], [200, undefined], query)
    }
    const many = Array.from({ length: 50 }, (_, at) => `typ${at}=1`).join('&')
    const { headers } = await request(app).post(`/streams?${many}`)
    equal(headers['x-ignored-parameters']?.split(', ').length, 8)
  })
})
