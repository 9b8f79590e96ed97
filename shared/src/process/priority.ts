import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

const retryMs = 150
const maxTries = 40

/**
 * Lowers the priority of a process that leads a session, and of its later children. Linux shares the processor among
 * sessions before it looks at their processes, so the session's priority is lowered too. Never throws: a system that
 * allows neither keeps the usual priority.
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
 * sched_autogroup(7): users but root may set one session's priority in 0.1 s on the whole machine; others get EAGAIN.
 */
function yieldSession(leader: number, niceness: number, tries: number): void {
  try {
    writeFileSync(`/proc/${leader}/autogroup`, String(niceness), { flag: 'r+' })
  } catch (error) {
    const isBusy = (error as NodeJS.ErrnoException).code === 'EAGAIN'
    if (isBusy && tries > 1) setTimeout(yieldSession, retryMs, leader, niceness, tries - 1).unref()
  }
}
