import type { UploadFacts } from './ports.ts'

/** An upload whose body is on its way to this process. */
export interface InFlightUpload {
  readonly facts: UploadFacts
  readonly declaredBytes: number | null
  /** `IncomingBody.exchange`; null for a part of a long request. */
  readonly exchange: object | null
  /** The number of body bytes that have come so far. */
  bytes(): number
}

/** The uploads on their way to this process. */
export interface InFlightUploads {
  of(stream: string): readonly InFlightUpload[]
  all(): Iterable<InFlightUpload>
  /** Adds an upload with its first byte. */
  put(upload: InFlightUpload): void
  remove(upload: UploadFacts): void
}

export function createInFlightUploads(): InFlightUploads {
  const streams = new Map<string, Map<string, InFlightUpload>>()
  return {
    of: (stream) => [...(streams.get(stream)?.values() ?? [])],
    *all() {
      for (const uploads of streams.values()) yield* uploads.values()
    },
    put(upload) {
      const { stream, id } = upload.facts
      const uploads = streams.get(stream) ?? new Map<string, InFlightUpload>()
      streams.set(stream, uploads.set(id, upload))
    },
    remove({ stream, id }) {
      const uploads = streams.get(stream)
      uploads?.delete(id)
      if (uploads?.size === 0) streams.delete(stream)
    },
  }
}
