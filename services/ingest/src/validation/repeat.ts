import type { Context } from './evaluation.ts'
import { excerpt, type Finding, finding } from './finding.ts'

/** The very bytes that are at the path already; whether they belong to the same session is for the caller. */
export const isRepeat = ({ previous, upload }: Context): boolean => previous === upload.sha256

export const uploadRepeated = ({ upload }: Context): Finding =>
  finding(
    'upload-repeated',
    `expected ${excerpt(upload.path)} once, received the same bytes again; nothing changes`,
  )
