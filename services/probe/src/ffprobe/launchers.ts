import type { Confinement } from './confinement.ts'
import { type Launcher, type Run, startLauncher } from './launcher.ts'

/** Launchers of one confinement, as many as there are commands at once; each is used again and again. */
export interface Launchers extends Disposable {
  run: Launcher['run']
}

export function launchersIn({ around }: Confinement): Launchers {
  const idle: Launcher[] = []
  let closed = false
  return {
    async run(command, limits): Promise<Run> {
      const launcher = take()
      try {
        return await launcher.run(command, limits)
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

  function take(): Launcher {
    for (let launcher = idle.pop(); launcher; launcher = idle.pop()) {
      if (launcher.isFresh()) return launcher
      launcher[Symbol.dispose]()
    }
    return startLauncher(around)
  }
}
