import { basename, dirname } from 'node:path'
import type { Response } from 'express'
import { mediaTypeOf } from './content-type.ts'

/** What a browser may do with bytes of a device that are opened as a page: nothing, but play them. */
const contentSecurityPolicy =
  "default-src 'none'; media-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

export interface DeviceFile {
  readonly file: string
  /** The id of the upload. */
  readonly upload: string
  /** The path by which the object was asked for; null where it was asked for as bytes alone. */
  readonly path: string | null
}

/**
 * Sends what a device has uploaded, or the part of it that was asked for. `onMissing` is called when the file is gone,
 * `onFailure` for every other fault but that the client has left.
 */
export function sendDeviceFile(
  response: Response,
  { file, upload, path }: DeviceFile,
  onMissing: () => void,
  onFailure: (error: Error) => void,
): void {
  const type = path === null ? null : mediaTypeOf(path)
  const headers = {
    ETag: `"${upload}"`,
    'Content-Type': type ?? 'application/octet-stream',
    'Content-Security-Policy': contentSecurityPolicy,
    // A cache asks each time, so that it never sends what was deleted or replaced.
    'Cache-Control': 'private, no-cache',
    ...(type === null ? { 'Content-Disposition': 'attachment' } : {}),
  }
  // The file is named from its folder: a working directory such as ~/.pavstest counts as hidden otherwise.
  const options = { root: dirname(file), dotfiles: 'allow', cacheControl: false, headers } as const
  response.sendFile(basename(file), options, (error: Failure | undefined) => {
    if (!error || hasLeft(error)) return
    if (error.status === 404) onMissing()
    else onFailure(error)
  })
}

type Failure = Error & { readonly status?: unknown; readonly code?: unknown; readonly syscall?: unknown }

const hasLeft = ({ code, syscall }: Failure): boolean => code === 'ECONNABORTED' || syscall === 'write'
