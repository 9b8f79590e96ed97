import { equal } from 'node:assert/strict'
import { createHandoverAcknowledgements } from './handover-acknowledgements.ts'

const longMs = 10_000

describe('createHandoverAcknowledgements', () => {
  let version: string
  let time: number
  let reads: number
  const create = () => {
    const acknowledgements = createHandoverAcknowledgements(
      async () => {
        reads++
        return version
      },
      () => new Date(time),
    )
    // Proxies that run already have reported by then.
    time += 2_000
    return acknowledgements
  }
  beforeEach(() => {
    version = 'old'
    time = 0
    reads = 0
  })

  it('waits until each of several proxies applies the current version', async () => {
    const { report, waitForAll } = create()
    report('a', 'old')
    report('b', 'old')
    version = 'new'
    let isOver = false
    const waited = waitForAll(longMs).finally(() => {
      isOver = true
    })
    report('a', 'new')
    await new Promise((resolve) => setImmediate(resolve))
    equal(isOver, false)
    report('b', 'new')
    equal(await waited, true)
  })

  it('does not wait where all apply it already', async () => {
    const { report, waitForAll } = create()
    report('a', 'old')
    equal(await waitForAll(longMs), true)
    equal(reads, 1)
  })

  it('gives up on a proxy that does not apply it in time', async () => {
    const { report, waitForAll } = create()
    report('a', 'old')
    report('b', 'older')
    equal(await waitForAll(20), false)
  })

  it('does not count a proxy that has stopped reporting', async () => {
    const { report, waitForAll } = create()
    report('dead', 'older')
    time += 8_000
    report('a', 'old')
    equal(await waitForAll(longMs), true)
  })

  it('confirms nothing where no proxy has reported', async () => {
    equal(await create().waitForAll(20), false)
  })

  it('confirms nothing before proxies that run already have had time to report', async () => {
    const { report, waitForAll } = create()
    time -= 1_000
    report('a', 'old')
    equal(await waitForAll(20), false)
  })

  it('takes what another ingest has written in the meantime', async () => {
    const { report, waitForAll } = create()
    version = 'mine'
    const waited = waitForAll(longMs)
    version = 'both'
    report('a', 'both')
    equal(await waited, true)
  })
})
