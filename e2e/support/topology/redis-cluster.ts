import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { freePort } from '../../server/free-port.ts'
import { mustRun } from '../../server/run.ts'

/** A real Redis Cluster of three servers without replicas. */
export interface RedisCluster extends AsyncDisposable {
  readonly url: string
  readonly nodes: readonly ClusterNode[]
  /** The node that owns the slot of a key. */
  holderOf(key: string): Promise<ClusterNode>
  /** Adds a replica, which takes over when its node is gone. */
  addReplicaOf(node: ClusterNode): Promise<ClusterNode>
  /** Waits until all nodes report that the Cluster serves all slots (`ok`), or does not (`fail`). */
  untilState(state: 'ok' | 'fail'): Promise<void>
}

interface ClusterNode extends AsyncDisposable {
  readonly host: string
  readonly server: RedisServer
  /** Runs a command; resolves with the output of redis-cli. */
  ask(...command: string[]): Promise<string>
}

export async function startRedisCluster(): Promise<RedisCluster> {
  await using undo = new AsyncDisposableStack()
  const ports = [await freePort(), await freePort(), await freePort()]
  const nodes = await Promise.all(ports.map(async (port) => undo.use(await startNode(port))))
  const hosts = nodes.map(({ host }) => host)
  await mustRun('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes'])
  await untilState('ok')
  const kept = undo.move()
  return {
    url: `redis-cluster://${hosts.join(',')}`,
    nodes,
    untilState,
    addReplicaOf,
    async holderOf(key) {
      for (const node of nodes) if ((await node.ask('exists', key)) === '1') return node
      throw new Error(`no server holds ${key}`)
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }

  async function addReplicaOf(node: ClusterNode): Promise<ClusterNode> {
    const replica = kept.use(await startNode(await freePort()))
    const id = await node.ask('cluster', 'myid')
    const added = ['--cluster-slave', '--cluster-master-id', id]
    await mustRun('redis-cli', ['--cluster', 'add-node', replica.host, node.host, ...added])
    await until('the replica', async () => (await replica.ask('role')).includes('connected'))
    return replica
  }

  async function untilState(state: 'ok' | 'fail'): Promise<void> {
    for (const { ask } of nodes)
      await until(`cluster_state:${state}`, async () => {
        const said = await ask('cluster', 'info').catch(() => null)
        return said === null ? state === 'fail' : said.includes(`cluster_state:${state}`)
      })
  }
}

async function startNode(port: number): Promise<ClusterNode> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(await freePort()) }
  const times = { 'cluster-node-timeout': '1500', 'repl-diskless-sync-delay': '0' }
  const server = await startRedisServer({ port: String(port), bind: '127.0.0.1', ...settings, ...times })
  return {
    host: `127.0.0.1:${port}`,
    server,
    ask: (...command) => ask(server, command),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function ask(server: RedisServer, command: readonly string[]): Promise<string> {
  const { stdout } = await mustRun('redis-cli', ['-s', server.path, ...command])
  return String(stdout).trim()
}
