import { optionsOrExit } from '../support/options-or-exit.ts'
import { help, readOptions } from './options.ts'
import { runChaos } from './run-chaos.ts'

// npm run chaos -- --seed N --minutes M: see options.ts.

const options = optionsOrExit(() => readOptions(process.argv.slice(2), Date.now()), help)
const { failures, peaksMiB, faults } = await runChaos(options, tell)
tell(`what cameras saw: ${pairs(failures)}`)
tell(`peak memory, MiB: ${pairs(peaksMiB)}`)
for (const fault of faults) tell(`FAULT ${fault}`)
tell(`seed ${options.seed}: ${faults.length} faults`)
process.exit(faults.length > 0 ? 1 : 0)

function pairs(map: ReadonlyMap<string, number>): string {
  return [...map].map(([name, value]) => `${name} ${Math.round(value)}`).join(', ')
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`)
}
