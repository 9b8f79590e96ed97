import { optionsOrExit } from '../support/options-or-exit.ts'
import { fuzzFront } from './front/fuzz-front.ts'
import { fuzzInProcess } from './fuzz-in-process.ts'
import { help, type Options, readOptions, type TargetName } from './options.ts'
import { type Report, textOf } from './report.ts'
import { csrTarget } from './targets/csr-target.ts'
import { journalTarget } from './targets/journal-target.ts'
import { manifestTarget } from './targets/manifest-target.ts'
import { mediaTarget } from './targets/media-target.ts'

// npm run fuzz -- --seed N --count N --target NAME: see options.ts.

const options = optionsOrExit(() => readOptions(process.argv.slice(2)), help)
let faults = 0
for (const target of options.targets) {
  const report = await fuzz(target, options)
  faults += report.faults.length
  process.stdout.write(textOf(report))
}
process.exit(faults > 0 ? 1 : 0)

async function fuzz(target: TargetName, { seed, count }: Options): Promise<Report> {
  switch (target) {
    case 'boxes':
      return fuzzInProcess(target, await mediaTarget(), seed, count)
    case 'mpd':
    case 'playlist':
      return fuzzInProcess(target, await manifestTarget(target), seed, count)
    case 'csr':
      return fuzzInProcess(target, await csrTarget(), seed, count)
    case 'journal': {
      await using journals = await journalTarget()
      return await fuzzInProcess(target, journals, seed, count)
    }
    default:
      return fuzzFront(target, seed, count)
  }
}
