import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '@pushav/shared/testing/until.ts'
import type { Api } from '../api.ts'
import { standaloneMain } from '../servers/launch.ts'
import type { WorkingDirectory } from './working-directory.ts'

const timeoutMs = 300_000

/** Seconds from the start of a server until it is ready, and until its index has `uploads` uploads. */
export async function timeRestarts(
  directory: WorkingDirectory,
  uploads: number,
): Promise<Record<string, number>> {
  const kept = await timeRestart(directory, uploads)
  await rm(join(directory.path, 'redis'), { recursive: true })
  const rebuilt = await timeRestart(directory, uploads)
  const begun = performance.now()
  await reindex(directory.path)
  return {
    'ready s, index there': kept.readyS,
    'ready s, index gone': rebuilt.readyS,
    'index complete s': rebuilt.completeS,
    '--reindex s': secondsSince(begun),
  }
}

async function reindex(workingDirectory: string): Promise<void> {
  const args = [standaloneMain, '--reindex', '--working-directory', workingDirectory]
  await promisify(execFile)(process.execPath, args, { timeout: timeoutMs, killSignal: 'SIGTERM' })
}

async function timeRestart(directory: WorkingDirectory, uploads: number) {
  const begun = performance.now()
  await using opened = await directory.open()
  await until('/readyz', async () => (await opened.api.call('GET', '/readyz')).status === 200, timeoutMs)
  const readyS = secondsSince(begun)
  await untilIndexed(opened.api, uploads)
  return { readyS, completeS: secondsSince(begun) }
}

/** Resolves when the index of all streams together has `uploads` uploads. */
export async function untilIndexed(api: Api, uploads: number): Promise<void> {
  await until(`${uploads} uploads in the index`, async () => (await indexed(api)) >= uploads, timeoutMs)
}

async function indexed(api: Api): Promise<number> {
  let uploads = 0
  for (let cursor: number | null = 0; cursor !== null; ) {
    const { json } = await api.call('GET', `/streams?summary=true&limit=1000&cursor=${cursor}`)
    for (const stream of json?.streams ?? []) uploads += stream.uploads
    cursor = json?.next_cursor ?? null
  }
  return uploads
}

const secondsSince = (begun: number): number => (performance.now() - begun) / 1_000
