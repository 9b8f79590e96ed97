import { deepEqual, throws } from 'node:assert/strict'
import { readCheckOptions } from './check-options.ts'

const enough = ['--url', 'https://localhost:1234', '--stream', '7', '--expect', 'camera.json']

describe('readCheckOptions', () => {
  it('needs a server, a stream and a file', () => {
    const { url, ...others } = readCheckOptions(enough)
    deepEqual(
      [url.href, others],
      [
        'https://localhost:1234/',
        {
          ...{ stream: 7, expect: 'camera.json', timeoutSeconds: 60 },
          ...{ cacert: null, cert: null, key: null, junit: null },
        },
      ],
    )
    for (const missing of [0, 2, 4])
      throws(() => readCheckOptions(enough.toSpliced(missing, 2)), /--\w+ must/)
  })

  it('refuses what it cannot use, in words', () => {
    for (const [args, words] of [
      [['--stream', '1e3'], /--stream must be the id/],
      [['--timeout', '-1'], /--timeout/],
      [['--timeout', '86401'], /at most 86400/],
      [['--key', 'camera.key'], /--cert and --key/],
      [['--verbose'], /--verbose/],
      [['more'], /more/],
    ] as const)
      throws(() => readCheckOptions([...enough, ...args]), words)
  })
})
