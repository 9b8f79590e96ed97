import type { Api } from '../api.ts'
import { type StreamTarget, segmentPath } from '../servers/server.ts'
import type { TimedAction } from './interleave.ts'

const pageLines = 100

/** Requests about a stream with `uploads` uploads whose segment 0 is probed, by the names of their figures. */
export function queriesOf(stream: string, uploads: number): Record<string, string> {
  const log = (cursor: number) =>
    `/streams/${stream}/uploads?limit=${pageLines}&cursor=${Math.max(0, Math.floor(cursor))}`
  return {
    'GET streams?summary': '/streams?summary=true',
    'GET wire log, first page': log(0),
    'GET wire log, middle page': log((uploads - pageLines) / 2),
    'GET wire log, last page': log(uploads - pageLines),
    'GET probe': `/probe/${stream}/${segmentPath(0)}`,
    'GET report': `/streams/${stream}/report`,
    'GET report of a session': `/streams/${stream}/report?session=none`,
  }
}

/** A request whose response grows with the stream, because it has all paths. */
export const wholeStream = ({ stream }: StreamTarget): string => `/streams/${stream}`

export function timedGet(api: Api, path: string): TimedAction {
  return async function ask() {
    const { status, tookMs } = await api.call('GET', path)
    if (status === 200) return tookMs
    throw new Error(`${path} was answered ${status}`)
  }
}

/** An action that makes one more upload each time. */
export function timedPut(api: Api, { stream }: StreamTarget, body: Buffer, first: number): TimedAction {
  let number = first
  return async function put() {
    const path = `/streams/${stream}/${segmentPath(number++)}`
    const { status, tookMs } = await api.call('PUT', path, body)
    if (status === 202) return tookMs
    throw new Error(`${path} was answered ${status}`)
  }
}
