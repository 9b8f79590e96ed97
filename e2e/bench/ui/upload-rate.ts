import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { faultsOf, type LoadResult } from '../../load/putload.ts'
import { type Bench, type Measurement, ownRatio, type Row } from '../bench.ts'
import { type Server, startServer } from '../servers/server.ts'
import { median } from '../statistics.ts'

const pages = 10
const turns = 3
const seconds = 4

const unchanged = ownRatio(
  `rate of uploads with ${pages} pages open / without`,
  ['rate watched', 'rate'],
  'at least',
  0.97,
)

/**
 * What open pages take from the rate of uploads. Only what a page reads all the time is opened: browsers run on other
 * machines, and here they would take the processor from the server.
 */
export const uploadRateRow = (bench: Bench): Row => ({
  name: 'ui-rate',
  servers: ['server'],
  isOnce: true,
  targets: [unchanged],
  async measure(): Promise<Measurement> {
    await using server = await startServer(bench, { isPinned: true })
    const accounts: Record<'alone' | 'watched', LoadResult[]> = { alone: [], watched: [] }
    let first = 1
    const load = async (): Promise<LoadResult> => {
      const account = await atFullSpeed(bench, server, first)
      first += account.issued
      return account
    }
    for (let turn = 0; turn <= turns; turn++) {
      const alone = await load()
      const watched = await whileFollowed(bench, server, load)
      // The first turn only warms up.
      if (turn > 0) {
        accounts.alone.push(alone)
        accounts.watched.push(watched)
      }
    }
    const rateOf = (those: readonly LoadResult[]) => median(those.map(({ rate }) => rate)) ?? 0
    return {
      figures: { rate: rateOf(accounts.alone), 'rate watched': rateOf(accounts.watched) },
      faults: Object.values(accounts).flat().flatMap(faultsOf),
    }
  },
})

const atFullSpeed = ({ generate, identity, media }: Bench, { url }: Server, first: number) =>
  generate({
    url,
    identity,
    body: media.segments['8k'],
    connections: 16,
    first,
    until: { seconds, warmUp: 1 },
  })

/** Does something while clients follow the state of the stream as pages do. */
async function whileFollowed<Result>(
  { identity }: Bench,
  { standalone, stream }: Server,
  work: () => Promise<Result>,
): Promise<Result> {
  const agent = new Agent({ ca: await readFile(identity.cacert) })
  const followers = await Promise.all(
    Array.from({ length: pages }, async () => {
      const request = get(`${standalone.url}/streams/${stream}/events?as=state`, { agent })
      const [response] = await once(request, 'response')
      if (response.statusCode !== 200) throw new Error(`events were answered ${response.statusCode}`)
      response.resume()
      return request
    }),
  )
  try {
    return await work()
  } finally {
    for (const request of followers) request.destroy()
  }
}
