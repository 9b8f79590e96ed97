import type { RepresentationFacts } from '../inspection.ts'
import { childOf, type Element } from '../xml/xml.ts'

/** How a representation's segments are addressed, everything that it inherits put together. */
export interface SegmentInformation {
  readonly addressing: RepresentationFacts['addressing']
  readonly attributes: Readonly<Record<string, string>>
  /** Whether a level has any of the three elements. */
  readonly isNamed: boolean
  /** The innermost of these elements that has a child of that name. */
  readonly holderOf: (child: string) => Element | null
}

const addressings = [
  ['SegmentTemplate', 'template'],
  ['SegmentList', 'list'],
  ['SegmentBase', 'file'],
] as const

/**
 * ISO/IEC 23009-1, 5.3.9.1: what stands in Period and AdaptationSet is inherited attribute by attribute,
 * child by child; the innermost level that has any of the three elements decides which. Levels go from
 * outside in.
 */
export function segmentInformationOf(levels: readonly Element[]): SegmentInformation {
  const innermost = levels.findLast((level) => addressings.some(([name]) => childOf(level, name)))
  const [name, addressing] = addressings.find(([name]) => innermost && childOf(innermost, name)) ?? none
  const inherited = levels.flatMap((level) => childOf(level, name) ?? [])
  return {
    addressing,
    isNamed: innermost !== undefined,
    attributes: Object.assign({}, ...inherited.map(({ attributes }) => attributes)),
    holderOf: (child) => inherited.findLast((element) => childOf(element, child)) ?? null,
  }
}

const none = ['SegmentBase', 'file'] as const

/** Whether what is in an element comes from another file (ISO/IEC 23009-1, 5.5). */
export const isRemote = ({ attributes }: Pick<Element, 'attributes'>): boolean =>
  Object.keys(attributes).some((name) => name.endsWith(':href'))
