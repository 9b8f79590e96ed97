/** Bytes in parts of one size, the last one shorter; none where there are no bytes. Each is a copy. */
export async function* partsOf(
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Buffer, undefined> {
  let held: Uint8Array[] = []
  let length = 0
  for await (let some of bytes) {
    while (length + some.length >= partBytes) {
      const fits = partBytes - length
      yield Buffer.concat([...held, some.subarray(0, fits)])
      held = []
      length = 0
      some = some.subarray(fits)
    }
    if (some.length === 0) continue
    held.push(Buffer.from(some))
    length += some.length
  }
  if (length > 0) yield Buffer.concat(held)
}
