import type { Response } from 'express'
import { type SendFailure, sendBody } from '../../http/bodies/send-body.ts'
import type { BodyLocation } from '../../uploads/ports.ts'
import { mediaTypeOf } from './content-type.ts'
import { deviceBytesPolicy } from './device-bytes-policy.ts'

export interface DeviceFile {
  readonly body: BodyLocation
  /** The id of the upload. */
  readonly upload: string
  /** The path by which the object was asked for; null where it was asked for as bytes alone. */
  readonly path: string | null
}

/**
 * Sends what a device has uploaded, or the part of it that was asked for. `onMissing` is called when its bytes are
 * gone, `onFailure` for every other fault but that the client has left.
 */
export function sendDeviceFile(
  response: Response,
  { body, upload, path }: DeviceFile,
  onMissing: () => void,
  onFailure: (error: Error) => void,
): void {
  const type = path === null ? null : mediaTypeOf(path)
  const headers = {
    ETag: `"${upload}"`,
    'Content-Type': type ?? 'application/octet-stream',
    'Content-Security-Policy': deviceBytesPolicy,
    // A cache asks each time, so that it never sends what was deleted or replaced.
    'Cache-Control': 'private, no-cache',
    ...(type === null ? { 'Content-Disposition': 'attachment' } : {}),
  }
  sendBody(response, body, headers, (error) => {
    if (!error || hasLeft(error)) return
    if (error.status === 404) onMissing()
    else onFailure(error)
  })
}

const hasLeft = ({ code, syscall }: SendFailure): boolean =>
  code === 'ECONNABORTED' || code === 'ERR_STREAM_PREMATURE_CLOSE' || syscall === 'write'
