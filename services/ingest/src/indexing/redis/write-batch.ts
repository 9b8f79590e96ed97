/** One Redis command: its name, its key, its arguments. */
export type Write = readonly [command: string, key: string, ...args: string[]]

/** A list of Redis commands; consecutive commands of one kind on one key are merged. */
export interface WriteBatch {
  add(command: string, key: string, ...args: string[]): void
  readonly writes: readonly Write[]
}

const maxArguments = 1_000
/** Commands with any number of arguments after the key, with the same effect as one command each. */
const lists = new Set(['HSET', 'HDEL', 'RPUSH', 'SADD', 'ZADD'])

export function createWriteBatch(): WriteBatch {
  const writes: [string, string, ...string[]][] = []
  const last = new Map<string, string[]>()
  return { add, writes }

  function add(command: string, key: string, ...args: string[]): void {
    const before = last.get(key)
    if (before?.[0] === command && isMergedInto(before, command, args)) return
    const write: (typeof writes)[number] = [command, key, ...args]
    last.set(key, write)
    writes.push(write)
  }
}

const argumentsAt = 2

/** Appends or adds arguments to those of an earlier command; false where that is not possible. */
function isMergedInto(before: string[], command: string, args: readonly string[]): boolean {
  if (command === 'HINCRBY' && before[argumentsAt] === args[0]) {
    before[argumentsAt + 1] = String(Number(before[argumentsAt + 1]) + Number(args[1]))
    return true
  }
  if (!lists.has(command) || before.length - argumentsAt + args.length > maxArguments) return false
  for (const arg of args) before.push(arg)
  return true
}
