import { deepEqual, equal, match, throws } from 'node:assert/strict'
import { own, type Row, ratio } from './bench.ts'
import { measureRow } from './measure-row.ts'
import { readOptions } from './options.ts'
import { checkTargets, tables } from './report.ts'
import { median } from './statistics.ts'

const rates: Record<string, number[]> = { server: [30, 90, 50], nginx: [100, 99, 101] }

/** Gives each server its rates in order, and notes the turns. */
function rowOf(turns: string[] = []): Row {
  const left = structuredClone(rates)
  return {
    name: 'fast',
    servers: ['server', 'nginx'],
    isOnce: false,
    targets: [
      ratio('rate', 'nginx', 'at least', 0.4),
      ratio('rate', 'against', 'at least', 10),
      own('lost', 'rate', 'at most', 0),
      ratio('rate', 'nginx', 'told', null),
    ],
    async measure(server) {
      turns.push(server)
      const rate = left[server]?.shift()
      if (rate === undefined) throw new Error('out of rates')
      return { figures: { rate }, faults: rate === 30 ? ['1 failed'] : [] }
    },
  }
}

const measured = (rounds: number, signal = new AbortController().signal) =>
  measureRow(rowOf(), { options: readOptions(['--rounds', String(rounds)]), signal }, () => {})

describe('the bench', () => {
  it('measures servers in turns', async () => {
    const turns: string[] = []
    const options = readOptions(['--rounds', '2'])
    await measureRow(rowOf(turns), { options, signal: new AbortController().signal }, () => {})
    deepEqual(turns, ['server', 'nginx', 'server', 'nginx'])
  })

  it('judges targets by medians, and says which could not be judged', async () => {
    const judged = checkTargets([await measured(3)])
    deepEqual(
      judged.map(({ figure, state }) => [figure, state]),
      [
        [0.5, 'met'],
        [null, 'not measured'],
        [50, 'missed'],
        [0.5, 'told'],
      ],
    )
  })

  it('reports a run that fails and goes on', async () => {
    const { faults } = await measured(4)
    equal(faults.length, 3)
    match(
      faults.join('\n'),
      /server, round 1: 1 failed\nserver, round 4: Error: out of rates\nnginx, round 4/,
    )
  })

  it('shows what was measured, and does not praise a run that was ended', async () => {
    equal(tables([await measured(3, AbortSignal.abort())]), 'Nothing was measured.\n')
    match(tables([await measured(3)]), /fast +server +rate 50\n/)
    match(tables([await measured(3)]), /fast +rate \/ nginx +0\.50 +told\n/)
  })

  it('refuses flags that make no sense', () => {
    throws(() => readOptions(['--rounds', 'many']), /--rounds must be a number above 0, not "many"/)
    throws(() => readOptions(['--no-such-flag']), /no-such-flag/)
  })

  it('takes the middle of an odd number and halfway of an even one', () => {
    deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([])], [2, 2.5, null])
  })
})
