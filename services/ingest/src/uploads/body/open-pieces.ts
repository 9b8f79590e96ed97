import type { OpenedUpload, OpenUpload, RemoteBody, UploadStore } from '../ports.ts'

/** A read takes at least so many bytes over the network, because those behind them are mostly read next. */
const minReadBytes = 65_536

/**
 * Opens an upload for reading pieces of it: one that is not on this machine and is large is read where it is, any
 * other with `openFile`. Throws what that throws, and `Unavailable`.
 */
export function openPiecesWith(store: Pick<UploadStore, 'locate'>, openFile: OpenUpload): OpenUpload {
  return async function openPieces(stream, upload) {
    const body = await store.locate(stream, upload)
    return body.kind === 'remote' ? piecesOf(body) : openFile(stream, upload)
  }
}

function piecesOf(body: RemoteBody): OpenedUpload {
  let at = 0
  let window: Buffer = Buffer.alloc(0)
  return {
    bytes: body.bytes,
    async read(from, length) {
      const to = Math.min(from + length, body.bytes)
      if (from >= to) return Buffer.alloc(0)
      if (from < at || to > at + window.length) {
        const extent = { from, to: Math.min(Math.max(to, from + minReadBytes), body.bytes) }
        window = Buffer.concat(await Array.fromAsync(body.read(extent)))
        at = from
      }
      return window.subarray(from - at, to - at)
    },
    async [Symbol.asyncDispose]() {},
  }
}
