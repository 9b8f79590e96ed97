const atOnce = 16

/** Opens `count` connections, at most `atOnce` of them at the same time. */
export async function openMany<Connection>(
  count: number,
  open: () => Promise<Connection>,
): Promise<Connection[]> {
  const opened: Connection[] = []
  let begun = 0
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, openMore))
  return opened

  async function openMore(): Promise<void> {
    while (begun++ < count) opened.push(await open())
  }
}
