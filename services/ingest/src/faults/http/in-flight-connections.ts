/** Connections that have uploads to a stream in flight; only those of streams with fault rules are counted. */
interface InFlightConnections {
  /** Connections but this one. */
  others(stream: string, connection: string): number
  /** Counts until the returned function is called. */
  enter(stream: string, connection: string): () => void
}

export function createInFlightConnections(): InFlightConnections {
  const byStream = new Map<string, Map<string, number>>()
  return {
    others(stream, connection) {
      const connections = byStream.get(stream)
      if (!connections) return 0
      return connections.size - (connections.has(connection) ? 1 : 0)
    },
    enter(stream, connection) {
      const connections = byStream.get(stream) ?? new Map<string, number>()
      byStream.set(stream, connections)
      connections.set(connection, (connections.get(connection) ?? 0) + 1)
      return () => leave(stream, connections, connection)
    },
  }

  function leave(stream: string, connections: Map<string, number>, connection: string): void {
    const left = (connections.get(connection) ?? 1) - 1
    if (left > 0) connections.set(connection, left)
    else connections.delete(connection)
    if (connections.size === 0) byStream.delete(stream)
  }
}
