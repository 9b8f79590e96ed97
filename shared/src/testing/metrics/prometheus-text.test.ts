import { deepEqual, throws } from 'node:assert/strict'
import { parseMetrics } from './prometheus-text.ts'

const counter = '# HELP a_total Things\n# TYPE a_total counter\n'
const histogram = '# HELP h Times\n# TYPE h histogram\n'

describe('parseMetrics', () => {
  it('reads names, labels with escapes, and numbers', () => {
    const samples = parseMetrics(`${counter}a_total{kind="a \\"b\\"\\\\\\n",of="x"} 1e3\na_total 0\n`)
    deepEqual(samples.get('a_total')?.samples, [
      { name: 'a_total', labels: { kind: 'a "b"\\\n', of: 'x' }, value: 1_000 },
      { name: 'a_total', labels: {}, value: 0 },
    ])
    parseMetrics(`${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 2\nh_sum 1.5\nh_count 2\n`)
  })

  for (const [what, text] of [
    ['a last line without an end', `${counter}a_total 1`],
    ['a sample without a family', 'a_total 1\n'],
    ['a family without HELP', '# TYPE a_total counter\na_total 1\n'],
    ['a family that comes twice', counter + counter],
    ['a series that comes twice', `${counter}a_total{k="1"} 1\na_total{k="1"} 2\n`],
    ['a label that comes twice', `${counter}a_total{k="1",k="2"} 1\n`],
    ['a label with a quote that is not escaped', `${counter}a_total{k="a"b"} 1\n`],
    ['a value that is no number', `${counter}a_total one\n`],
    ['a counter that is negative', `${counter}a_total -1\n`],
    ['a counter without its suffix', '# HELP a Things\n# TYPE a counter\na 1\n'],
    ["a gauge with a counter's suffix", '# HELP a_total Things\n# TYPE a_total gauge\na_total 1\n'],
    ['a sample of another family', `${counter}b_total 1\n`],
    ['buckets that fall', `${histogram}h_bucket{le="1"} 3\nh_bucket{le="+Inf"} 2\nh_sum 1\nh_count 2\n`],
    [
      'buckets out of order',
      `${histogram}h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`,
    ],
    ['a histogram without its last bucket', `${histogram}h_bucket{le="1"} 2\nh_sum 1\nh_count 2\n`],
    [
      'a count that is not that of the last bucket',
      `${histogram}h_bucket{le="+Inf"} 2\nh_sum 1\nh_count 3\n`,
    ],
    ['a histogram without its sum', `${histogram}h_bucket{le="+Inf"} 2\nh_count 2\n`],
  ] as const)
    it(`refuses ${what}`, () => throws(() => parseMetrics(text), { name: 'AssertionError' }))
})
