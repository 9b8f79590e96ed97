import { CameraError, UsageError } from './camera-error.ts'
import { help, readOptions } from './options.ts'
import { runCameras } from './run-cameras.ts'

// npm changes into the package's folder; a relative path is relative to the folder in which npm was called.
const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env
const directory = script === 'camera' && calledIn !== undefined ? calledIn : '.'

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  process.stdout.write(help())
  process.exit(0)
}
process.exitCode = await run()

async function run(): Promise<number> {
  try {
    const { sent, failed } = await runCameras(
      readOptions(argv, directory),
      (line) => void process.stdout.write(`${line}\n`),
    )
    process.stderr.write(`camera: ${sent} objects, ${failed} of them not accepted\n`)
    return failed === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof CameraError)) throw error
    const advice = error instanceof UsageError ? '; --help names all flags' : ''
    process.stderr.write(`camera: ${error.message}${advice}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}
