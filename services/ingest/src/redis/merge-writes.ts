import type { Write } from './writes.ts'

const mostArguments = 1_000
/** Commands that take any number of arguments behind their key and mean the same one by one. */
const lists = new Set(['HSET', 'HDEL', 'RPUSH', 'SADD'])

/** The same in fewer commands: what follows another of its kind on a key goes along with it. */
export function mergeWrites(writes: readonly Write[]): readonly Write[] {
  const merged: (readonly [command: string, key: string, args: string[]])[] = []
  const last = new Map<string, (typeof merged)[number]>()
  for (const [command, key, ...args] of writes) {
    const before = last.get(key)
    if (before?.[0] === command && goesAlong(before[2], command, args)) continue
    const write = [command, key, args] as const
    last.set(key, write)
    merged.push(write)
  }
  return merged.map(([command, key, args]) => [command, key, ...args])
}

/** Whether arguments could be put behind, or added to, those of a command before. */
function goesAlong(before: string[], command: string, args: readonly string[]): boolean {
  if (command === 'HINCRBY' && before[0] === args[0]) {
    before[1] = String(Number(before[1]) + Number(args[1]))
    return true
  }
  if (!lists.has(command) || before.length + args.length > mostArguments) return false
  before.push(...args)
  return true
}
