import { readdirSync, readFileSync } from 'node:fs'

/** Whether a process of the leader's session is running or waits for a processor; false where there is no /proc. */
export function sessionIsRunnable(leader: number | undefined): boolean {
  try {
    return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isRunnable(name, leader))
  } catch {
    return false
  }
}

/** proc(5): the process name may hold any character; state, parent, group and session follow its closing bracket. */
function isRunnable(pid: string, leader: number | undefined): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'R' && Number(session) === leader
  } catch {
    return false
  }
}
