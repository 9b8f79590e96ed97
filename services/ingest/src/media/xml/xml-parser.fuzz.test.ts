import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { forAll, fuzzTimeoutMs } from '../../testing/fuzz.ts'
import { documents, mpds, mutatedOf } from '../mpd/testing/arbitrary.ts'
import { type Element, isElement, readXml } from './xml.ts'

/** Another reader of XML; it is lenient, so that it takes all that this one does. */
const library = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  jPath: false,
})

type Node = Readonly<Record<string, unknown>>

/** Names, counts of attributes and children, as the library has them. */
function outlineIn(nodes: readonly Node[]): unknown[] {
  return nodes.flatMap((node) => {
    const tag = Object.keys(node).find((key) => key !== ':@')
    if (tag === undefined || tag.startsWith('#')) return []
    const attributes = Object.keys((node[':@'] ?? {}) as Node).toSorted()
    return [[tag.slice(tag.indexOf(':') + 1), attributes, groupedBy(outlineIn(node[tag] as Node[]))]]
  })
}

const outlineOf = ({ name, attributes, children }: Element): unknown[] => [
  name,
  Object.keys(attributes).toSorted(),
  groupedBy([...children.values()].flat().map(outlineOf)),
]

/** By name, because `Element` has no order between names. */
const groupedBy = (outlines: readonly unknown[]): unknown[] =>
  outlines.toSorted((one, other) =>
    String((one as unknown[])[0]).localeCompare(String((other as unknown[])[0])),
  )

describe('parseXml beside another parser', function () {
  this.timeout(fuzzTimeoutMs)

  it('reads the same elements', () => {
    forAll(fc.oneof(documents, mpds), (text) => {
      const root = readXml(text)
      equal(XMLValidator.validate(text), true)
      if (isElement(root)) deepEqual([outlineOf(root)], outlineIn(library.parse(text) as Node[]))
    })
  })

  it('reads nothing that the other finds malformed', () => {
    forAll(mutatedOf(['<a b="1"><c d=\'2\'/>x<e:f g:h="&lt;">y</e:f><!-- i --><?j k?></a>']), (text) => {
      const root = readXml(text)
      if (isElement(root)) equal(XMLValidator.validate(text), true, text)
    })
  })
})
