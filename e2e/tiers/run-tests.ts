import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { longestFirst, readDurations, withMeasured, writeDurations } from './durations.ts'
import { root, testFiles, withBundles } from './test-files.ts'

// node e2e/tiers/run-tests.ts unit|integration|all|soak [--list|--measure] [FILE or FOLDER…] [flags of mocha]
// Runs the tests of a tier, or only those of the given files and folders. --list prints their paths instead; --measure
// also writes to durations.json how long each file took.

const from = process.env.INIT_CWD ?? process.cwd()
const [tier = 'all', ...args] = process.argv.slice(2)
const ownFlags = ['--list', '--measure']
const paths = args.filter((arg) => !ownFlags.includes(arg)).filter(isPath)
const flags = args.filter((arg) => ![...ownFlags, ...paths].includes(arg))
const files = paths.length > 0 ? paths.flatMap(testsIn) : testsOf(tier)

if (args.includes('--list')) process.stdout.write(`${files.join('\n')}\n`)
else if (files.length === 0) fail(`there are no tests in ${paths.join(' ')}`)
else await runMocha()

/** Runs mocha's command line in this process, with the arguments that it reads from `process.argv`. */
async function runMocha(): Promise<void> {
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js')
  const hasJobs = flags.some((flag) => /^(--jobs|-j)\b/.test(flag))
  const jobs = hasJobs ? [] : ['--jobs', String(jobsOf(tier))]
  const isSerial = files.length === 1 || flags.includes('--no-parallel')
  process.chdir(root)
  cacheCompiledCode()
  if (args.includes('--measure')) {
    if (isSerial && files.length > 1) fail('--measure takes each file apart: leave out --no-parallel')
    measureDurations()
  }
  // With 19, every start of a server and every probe would wait until no other test needs the processor.
  if (tier !== 'soak') process.env.PROBE_NICENESS ??= '5'
  process.argv.splice(
    1,
    process.argv.length,
    mocha,
    ...(isSerial ? [] : ['--parallel', ...jobs]),
    ...flags,
    ...longestFirst(withBundles(files), readDurations()),
  )
  await import(mocha)
}

/** Number of parallel workers. Tests that start servers mostly wait; unit and soak tests keep the processor busy. */
function jobsOf(name: string): number {
  const jobsPerCore = name === 'unit' || name === 'soak' ? 1 : 2
  return Math.max(2, Math.ceil(jobsPerCore * availableParallelism()))
}

/** Collects durations and writes them when the process exits, which mocha causes after the last test. */
function measureDurations(): void {
  const directory = mkdtempSync(join(tmpdir(), 'pushav-durations-'))
  const path = join(directory, 'durations')
  writeFileSync(path, '')
  process.env.TEST_DURATIONS = path
  process.once('exit', () => {
    writeDurations(withMeasured(readDurations(), readFileSync(path, 'utf8')))
    rmSync(directory, { recursive: true })
  })
}

/** Makes Node cache the compiled code of this process and of all processes that tests start. */
function cacheCompiledCode(): void {
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/compiled')
  enableCompileCache(process.env.NODE_COMPILE_CACHE)
}

function testsOf(name: string): readonly string[] {
  const { unit, integration, soak } = testFiles()
  if (name === 'all') return [...integration, ...unit]
  if (name === 'unit') return unit
  if (name === 'integration') return integration
  if (name === 'soak') return soak
  return fail(`${name} is no tier: unit, integration, all or soak`)
}

/** Whether an argument names a test file or a folder. A folder after a flag counts as the value of the flag. */
function isPath(arg: string, at: number, args: readonly string[]): boolean {
  if (arg.startsWith('-')) return false
  if (arg.endsWith('.ts')) return true
  const isValue = args[at - 1]?.startsWith('-') ?? false
  return !isValue && (statSync(resolve(from, arg), { throwIfNoEntry: false })?.isDirectory() ?? false)
}

function testsIn(path: string): readonly string[] {
  const found = relative(root, resolve(from, path))
  return path.endsWith('.ts') ? [found] : globSync(join(found, '**/*.test.ts'), { cwd: root }).sort()
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(2)
}
