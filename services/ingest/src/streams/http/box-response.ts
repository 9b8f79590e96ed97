import type { BoxResponse } from '@pushav/shared/api/uploads.ts'
import type { BoxNode } from '../../media/isobmff/tree/box-node.ts'

export const boxResponse = ({
  type,
  at,
  size,
  headerSize,
  fields,
  children,
  fault,
}: BoxNode): BoxResponse => ({
  type,
  at,
  size,
  header_size: headerSize,
  fields,
  children: children.map(boxResponse),
  fault,
})
