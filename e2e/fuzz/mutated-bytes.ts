import type { Random } from '../../services/ingest/src/media/mpd/testing/mutated.ts'

const pieces = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '%',
  '-1',
  '0x',
  '99999999999999999999',
  '../',
  '\xff',
  '"',
  'chunked',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 5\r\n',
  'X-Client-Verify: SUCCESS\r\n',
  'HTTP/1.1',
]

/** Makes 1 to `maxChanges` changes: bytes are replaced, removed, inserted or repeated, or the rest is cut off. */
export function mutatedBytes(bytes: Buffer, random: Random, maxChanges = 5): Buffer {
  let changed = bytes
  for (let times = 1 + random(maxChanges); times > 0; times--) changed = withChange(changed, random)
  return changed
}

function withChange(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  const length = random(24)
  switch (random(6)) {
    case 0:
      return Buffer.concat([before, Buffer.from([random(256)]), after.subarray(1)])
    case 1:
      return Buffer.concat([before, after.subarray(length)])
    case 2:
      return Buffer.concat([before, after.subarray(0, length), after])
    case 3:
      return Buffer.concat([before, Buffer.from(pieces[random(pieces.length)] ?? '', 'latin1'), after])
    case 4:
      return Buffer.concat([before, Buffer.alloc(length, random(256)), after.subarray(length)])
    default:
      return random(4) ? Buffer.from(bytes) : before
  }
}
