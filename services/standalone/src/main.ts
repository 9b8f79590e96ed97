import { setTimeout as after } from 'node:timers/promises'
import { CannotStart } from './cannot-start.ts'
import { createDisplay, standardOutput } from './display.ts'
import { help, readOptions } from './options.ts'
import { run } from './run.ts'

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  process.stdout.write(help)
  process.exit(0)
}

const options = optionsOrExit()
const output = standardOutput()
const display = createDisplay(output, options.logLevel, process.stdout.isTTY && !process.env.NO_COLOR)
const code = await run(options, display).then(() => process.exitCode ?? 0, failed)
await flush()
process.exit(code)

function optionsOrExit() {
  try {
    return readOptions(argv, process.env)
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split('\n')
    process.stderr.write(`${sentence}; --help names all flags\n`)
    process.exit(2)
  }
}

function failed(error: unknown): number {
  const said = error instanceof CannotStart ? error.message : error
  console.error(said)
  return 1
}

/** Gives what was written last half a second to be read. */
async function flush(): Promise<void> {
  const { promise: done, resolve } = Promise.withResolvers<boolean>()
  output.once('close', () => resolve(true))
  output.once('error', () => resolve(true))
  output.end()
  if (await Promise.race([done, after(500, false)])) return
  // Nobody reads, for instance after Ctrl-S: the thread that writes would keep us from exiting.
  process.on('exit', () => process.kill(process.pid, 'SIGKILL'))
}
