import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '../../clients/curl.ts'
import { putHead, type RawConnection, rawConnection } from '../../clients/raw-tls.ts'
import { mustRun } from '../../server/run.ts'
import type { Media } from './media.ts'

/** The body of one long request of ffmpeg's for one track, split at its boxes. */
export interface LongBody {
  readonly header: Buffer
  /** Segments of one second each. */
  readonly segments: readonly Buffer[]
  readonly all: Buffer
}

export async function makeLongBody({ source, directory }: Media, seconds: number): Promise<LongBody> {
  const file = join(directory, `long-${seconds}.mp4`)
  const movie = ['-f', 'mp4', '-movflags', '+cmaf+delay_moov+skip_sidx+skip_trailer+frag_keyframe']
  const copy = ['-map', '0:v', '-c', 'copy', '-t', String(seconds)]
  await mustRun('ffmpeg', ['-v', 'error', '-y', '-i', source, ...copy, ...movie, file])
  const all = await readFile(file)
  const starts = boxesOf(all).flatMap(({ type, start }) => (type === 'moof' ? [start] : []))
  const segments = starts.map((start, nth) => all.subarray(start, starts[nth + 1] ?? all.length))
  return { header: all.subarray(0, starts[0]), segments, all }
}

function boxesOf(bytes: Buffer): { type: string; start: number }[] {
  const boxes = []
  for (let start = 0; start < bytes.length; start += bytes.readUInt32BE(start)) {
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start })
  }
  return boxes
}

/** An upload in flight. */
export interface OpenUpload extends Disposable {
  readonly connection: RawConnection
  send(...parts: readonly Buffer[]): void
  /** Ends the body. Resolves with the response. */
  end(): Promise<string>
}

export async function openUpload(
  server: Parameters<typeof rawConnection>[0],
  device: Identity,
  path: string,
): Promise<OpenUpload> {
  const connection = await rawConnection(server, device)
  const { tls } = connection
  tls.write(putHead(path, 'Transfer-Encoding: chunked', 'Connection: close'))
  return { connection, send, end, [Symbol.dispose]: () => connection[Symbol.dispose]() }

  function send(...parts: readonly Buffer[]): void {
    const bytes = Buffer.concat(parts)
    tls.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]))
  }

  function end(): Promise<string> {
    tls.write('0\r\n\r\n')
    return connection.reply
  }
}
