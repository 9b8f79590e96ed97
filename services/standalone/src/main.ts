import { backup } from './backup.ts'
import { help, readOptions } from './options.ts'
import { createDisplay } from './output/display.ts'
import { openStandardOutput } from './output/standard-output.ts'
import { reindex } from './reindex.ts'
import { renewRoots } from './renew-roots.ts'
import { run } from './run.ts'
import { StartupError } from './startup-error.ts'

// Only the user may read what this process and its children write.
process.umask(0o077)

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  process.stdout.write(help)
  process.exit(0)
}

const options = optionsOrExit()
// Setting the title overwrites the arguments, which other users can see: a Redis URL may hold a password.
process.title = 'push-av-server'
const output = openStandardOutput()
const display = createDisplay(output, options.logLevel, process.stdout.isTTY && !process.env.NO_COLOR)
if (options.showsPassword)
  display.log.warn('other users can see the password of --redis while npm runs: set REDIS_URL instead')
const task = options.backup ? backup : options.reindex ? reindex : options.renewRoots ? renewRoots : run
const code = await task(options, display).then(() => process.exitCode ?? 0, failureCode)
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

function failureCode(error: unknown): number {
  console.error(error instanceof StartupError ? error.message : error)
  return 1
}
