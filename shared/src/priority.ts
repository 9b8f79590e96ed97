import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

const retryMs = 150
const maxTries = 40

/**
 * Makes a process that has just begun a session of its own nice, and all that it will start. Linux shares the
 * processor among sessions before it looks at the processes in them; where it does not, or nothing can be set, that is no fault.
 */
export function lowerPriority(leader: number, niceness: number): void {
  try {
    setPriority(leader, Math.max(niceness, getPriority(leader)))
  } catch {
    // It has ended, or it is not ours.
  }
  yieldSession(leader, niceness, maxTries)
}

/** sched_autogroup(7): who is not root may set one in a tenth of a second, on the whole machine. */
function yieldSession(leader: number, niceness: number, tries: number): void {
  try {
    writeFileSync(`/proc/${leader}/autogroup`, String(niceness), { flag: 'r+' })
  } catch (error) {
    const isBusy = (error as NodeJS.ErrnoException).code === 'EAGAIN'
    if (isBusy && tries > 1) setTimeout(yieldSession, retryMs, leader, niceness, tries - 1).unref()
  }
}
