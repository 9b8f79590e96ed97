import { setTimeout as after } from 'node:timers/promises'
import type { Random } from '../../services/ingest/src/media/mpd/testing/mutated.ts'
import { type ProcessName, pidOf } from '../server/processes.ts'
import type { Camera } from './camera.ts'
import type { ServerUnderChaos } from './server-under-chaos.ts'

/** Disturbs the server in random ways, one after the other, until aborted. Resolves with the disturbances in order. */
export async function disturb(
  server: ServerUnderChaos,
  cameras: readonly Camera[],
  random: Random,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const done: string[] = []
  const kills = new Map<ProcessName, number[]>()
  const kinds = [kill, kill, pause, pause, killRedis, freezeRedis, delayRedis, fillDisk, revoke, deleteStream]
  while (!signal.aborted) {
    await wait(500 + random(2_500))
    const kind = kinds[random(kinds.length)]
    if (!signal.aborted && kind) done.push((await kind()) ?? 'nothing')
  }
  return done

  async function wait(ms: number): Promise<void> {
    await after(ms, undefined, { signal }).catch(() => undefined)
  }

  function anyProcess(): ProcessName {
    return (['ingest', 'probe', 'proxy'] as const)[random(3)] ?? 'ingest'
  }

  async function kill(): Promise<string | null> {
    const part = anyProcess()
    const recent = (kills.get(part) ?? []).filter((at) => performance.now() - at < restartWindowMs)
    // A third exit within a minute would end the whole server.
    if (recent.length >= maxKills || !(await signalTo(part, 'SIGKILL'))) return null
    kills.set(part, [...recent, performance.now()])
    return `kill ${part}`
  }

  async function pause(): Promise<string | null> {
    const part = anyProcess()
    const ms = 300 + random(2_500)
    if (!(await signalTo(part, 'SIGSTOP'))) return null
    await wait(ms)
    await signalTo(part, 'SIGCONT')
    return `stop ${part} for ${ms} ms`
  }

  async function killRedis(): Promise<string> {
    const ms = random(2_000)
    await server.redis.kill()
    await wait(ms)
    await server.redis.start()
    return `kill redis for ${ms} ms`
  }

  async function freezeRedis(): Promise<string> {
    const ms = 300 + random(2_500)
    server.redis.freeze()
    await wait(ms)
    server.redis.thaw()
    return `stop redis for ${ms} ms`
  }

  async function delayRedis(): Promise<string> {
    const ms = 20 + random(300)
    server.relay.setDelay(ms)
    await wait(1_000 + random(2_000))
    server.relay.setDelay(0)
    return `redis is ${ms} ms late`
  }

  async function fillDisk(): Promise<string | null> {
    if (!server.disk) return null
    await server.disk.fill()
    await wait(300 + random(2_000))
    await server.disk.empty()
    return 'fill the disk'
  }

  async function revoke(): Promise<string> {
    const n = random(cameras.length)
    await cameras[n]?.revoke().catch(() => undefined)
    return `revoke the certificate of camera ${n}`
  }

  async function deleteStream(): Promise<string> {
    const n = random(cameras.length)
    cameras[n]?.deleteStream()
    return `delete the stream of camera ${n}`
  }

  /** Sends a signal to a process; false when the process does not run. */
  async function signalTo(part: ProcessName, name: NodeJS.Signals): Promise<boolean> {
    try {
      return process.kill(await pidOf(server.standalone().pid, part), name)
    } catch {
      return false
    }
  }
}

const restartWindowMs = 65_000
const maxKills = 2
