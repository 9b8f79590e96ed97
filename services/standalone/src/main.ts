import { CannotStart } from './cannot-start.ts'
import { createDisplay } from './display.ts'
import { help, readOptions } from './options.ts'
import { standardOutput } from './output.ts'
import { reindex } from './reindex.ts'
import { run } from './run.ts'

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  process.stdout.write(help)
  process.exit(0)
}

const options = optionsOrExit()
const output = standardOutput()
const display = createDisplay(output, options.logLevel, process.stdout.isTTY && !process.env.NO_COLOR)
const task = options.reindex ? reindex : run
const code = await task(options, display).then(() => process.exitCode ?? 0, failed)
await output.flush()
process.exit(code)

function optionsOrExit() {
  try {
    return readOptions(argv, process.env)
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split('\n')
    const advice = sentence?.startsWith('Unexpected argument') ? ' (npm start -- --flags)' : ''
    process.stderr.write(`${sentence}${advice}; --help names all flags\n`)
    process.exit(2)
  }
}

function failed(error: unknown): number {
  const said = error instanceof CannotStart ? error.message : error
  console.error(said)
  return 1
}
