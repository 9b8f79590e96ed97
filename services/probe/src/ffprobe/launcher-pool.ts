import type { Confinement } from './confinement.ts'
import { type Launcher, startLauncher } from './launcher.ts'

/** Launchers of one confinement. The pool has as many as commands run at once and uses each for many commands. */
export interface LauncherPool extends Disposable {
  run: Launcher['run']
}

export function createLauncherPool({ launcherPrefix }: Confinement, niceness: number): LauncherPool {
  const idle: Launcher[] = []
  let closed = false
  return {
    async run(command, options) {
      const launcher = acquire()
      try {
        return await launcher.run(command, options)
      } finally {
        if (launcher.isFresh() && !closed) idle.push(launcher)
        else launcher[Symbol.dispose]()
      }
    },
    [Symbol.dispose]() {
      closed = true
      for (const launcher of idle.splice(0)) launcher[Symbol.dispose]()
    },
  }

  function acquire(): Launcher {
    for (let launcher = idle.pop(); launcher; launcher = idle.pop()) {
      if (launcher.isFresh()) return launcher
      launcher[Symbol.dispose]()
    }
    return startLauncher(launcherPrefix, niceness)
  }
}
