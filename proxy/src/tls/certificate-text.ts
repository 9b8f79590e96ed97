import type { X509Certificate } from 'node:crypto'
import { printable } from '@pushav/shared/lib/printable.ts'

/** A distinguished name on one line, safe to display; Node prints one attribute a line. */
export const oneLine = (name: string | undefined): string =>
  printable(name?.trim().replaceAll('\n', ', ') ?? '') || '(no name)'

const maxShownLength = 1_000

/** A name that a client chose, on one line and at most 1000 characters long. */
export const shownName = (name: string | undefined): string => oneLine(name).slice(0, maxShownLength)

/** SHA-256 of a certificate, lower-case hex. */
export const fingerprintOf = ({ fingerprint256 }: X509Certificate): string =>
  fingerprint256.replaceAll(':', '').toLowerCase()
