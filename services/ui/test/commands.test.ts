import { deepEqual, doesNotThrow, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { clientsFor } from '../src/browser/connect/commands.ts'

describe('the lines of the Connect page', () => {
  const files = { root: '/a b/root.pem', certificate: '/a b/dev.pem', key: '/a b/dev.key' }
  const clients = ['cmaf-ingest', 'dash', 'hls'].flatMap((kind) =>
    clientsFor({ host: 'localhost', port: 1234, stream: 7, interface: kind, ...files }),
  )
  // Flags of the harness are no line of a shell.
  const blocks = clients.filter(({ id }) => id !== 'harness').flatMap((client) => client.blocks)

  it('are what a shell can read, as they stand', () => {
    ok(blocks.length > 20)
    for (const block of new Set(blocks))
      doesNotThrow(() => execFileSync('bash', ['-n', '-c', block], { stdio: 'pipe' }), block)
  })

  it('read and write no file in the place of a value that is not known yet', () => {
    deepEqual(
      blocks.filter((block) => /<[A-Za-z]/.test(block)),
      [],
    )
  })
})
