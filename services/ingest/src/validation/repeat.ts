import type { Context } from './evaluation.ts'
import { type Finding, find, shown } from './finding.ts'

/** The very bytes that are at the path already; whether they belong to the same session is for the caller. */
export const isRepeated = ({ previous, upload }: Context): boolean => previous === upload.sha256

export const repeated = ({ upload }: Context): Finding =>
  find(
    'upload-repeated',
    `expected ${shown(upload.path)} once, received the same bytes again; nothing changes`,
  )
