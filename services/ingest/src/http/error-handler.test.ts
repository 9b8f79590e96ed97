import { deepEqual, equal } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import express from 'express'
import request from 'supertest'
import { Unavailable } from '../lib/unavailable.ts'
import { createErrorResponder, errorHandler } from './error-handler.ts'

describe('problems', () => {
  const answerTo = (error: Error) => {
    const app = express()
    app.put('/x', () => {
      throw error
    })
    app.use(errorHandler(createErrorResponder(createLogger('ingest', 'silent'))))
    return request(app).put('/x')
  }
  const failed = (code: string) => Object.assign(new Error(`${code} /somewhere`), { code })

  it('never blames the sender for the disk, and says nothing of its paths (F-08)', async () => {
    const answers = [await answerTo(failed('ENOSPC')), await answerTo(failed('EIO'))]
    deepEqual(
      answers.map(({ status, body }) => [status, body.code]),
      [
        [507, 'disk-full'],
        [500, 'server-fault'],
      ],
    )
    for (const { text } of answers) equal(text.includes('/somewhere'), false)
  })

  it('says when to try again where something does not answer (F-08, I2-11)', async () => {
    const { status, headers } = await answerTo(new Unavailable('Redis', null))
    deepEqual([status, headers['retry-after']], [503, '1'])
  })
})
