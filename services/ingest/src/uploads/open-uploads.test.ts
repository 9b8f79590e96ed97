import { deepEqual } from 'node:assert/strict'
import { createOpenUploads } from './open-uploads.ts'

describe('createOpenUploads', () => {
  it('has the paths of the other open uploads of a stream, each once and a few at most', () => {
    const open = createOpenUploads()
    open.begin('1', 'a', 'x')
    open.begin('1', 'b', 'x')
    open.begin('1', 'c', 'y')
    open.begin('2', 'd', 'z')
    deepEqual(open.pathsBeside('1', 'c'), ['x'])
    deepEqual(open.pathsBeside('1', 'a'), ['x', 'y'])
    open.end('1', 'b')
    open.end('1', 'b')
    deepEqual(open.pathsBeside('1', 'a'), ['y'])
    deepEqual(open.pathsBeside('3', 'a'), [])
    for (let at = 0; at < 100; at += 1) open.begin('1', `${at}`, `p${at}`)
    deepEqual(open.pathsBeside('1', 'a').length, 32)
  })
})
