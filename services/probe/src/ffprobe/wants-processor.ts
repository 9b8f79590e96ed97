import { readdirSync, readFileSync } from 'node:fs'

/** Whether some process of a session would go on if it only had the processor; false where there is no telling. */
export function wantsProcessor(leader: number | undefined): boolean {
  try {
    return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isRunnable(name, leader))
  } catch {
    return false
  }
}

/** proc(5): after the name, which may hold anything, come state, parent, group and session. */
function isRunnable(pid: string, leader: number | undefined): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'R' && Number(session) === leader
  } catch {
    return false
  }
}
