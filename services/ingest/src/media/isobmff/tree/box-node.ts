/** One box as users see it. */
export interface BoxNode {
  readonly type: string
  /** The offset of the first byte, from the start of the upload. */
  readonly at: number
  /** Header included, as the box says it; up to the end of the upload where it says none. */
  readonly size: number
  readonly headerSize: number
  /** Null for a type whose fields are not read. */
  readonly fields: Fields | null
  readonly children: readonly BoxNode[]
  /** What is wrong with it; null for nothing. */
  readonly fault: string | null
}

/** The fields of a box, by their names in ISO/IEC 14496-12. Numbers above 2^53 are texts. */
export type Fields = Readonly<Record<string, unknown>>
