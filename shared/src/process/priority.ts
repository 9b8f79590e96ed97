import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

const retryMs = 150
const maxTries = 40

/**
 * Lowers the priority of a process that leads a session, and of its later children. Lowers the priority of its session,
 * too, because Linux divides the processor among sessions before processes. Never throws: a system that allows neither
 * keeps the usual priority.
 */
export function lowerPriority(leader: number, niceness: number): void {
  try {
    setPriority(leader, Math.max(niceness, getPriority(leader)))
  } catch {
    // The process has exited, or belongs to another user.
  }
  yieldSession(leader, niceness, maxTries)
}

/**
 * Lowers the priority of a session, and retries after EAGAIN: on the whole machine, users other than root may set the
 * priority of one session in 0.1 s (sched_autogroup(7)).
 */
function yieldSession(leader: number, niceness: number, tries: number): void {
  try {
    writeFileSync(`/proc/${leader}/autogroup`, String(niceness), { flag: 'r+' })
  } catch (error) {
    const isBusy = (error as NodeJS.ErrnoException).code === 'EAGAIN'
    if (isBusy && tries > 1) setTimeout(yieldSession, retryMs, leader, niceness, tries - 1).unref()
  }
}
