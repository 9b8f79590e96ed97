import { invocationDirectory } from '@pushav/shared/process/invocation-directory.ts'
import { CameraError, UsageError } from './camera-error.ts'
import { help, readOptions } from './options.ts'
import { runCameras } from './run-cameras.ts'

const directory = invocationDirectory(process.env, ['camera'])

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
