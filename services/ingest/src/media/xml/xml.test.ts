import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { childOf, isElement, readXml } from './xml.ts'
import { xmlLimits } from './xml-limits.ts'

function rootOf(text: string) {
  const root = readXml(text)
  ok(isElement(root), JSON.stringify(root))
  return root
}

function refusalOf(text: string) {
  const refusal = readXml(text)
  ok(!isElement(refusal), 'it was read')
  return refusal
}

describe('readXml', () => {
  it('drops the prefix of elements and keeps that of attributes', () => {
    const root = rootOf('<?xml version="1.0"?><m:MPD xmlns:m="urn:x"><m:Period id="1" m:id="2"/></m:MPD>')
    equal(root.name, 'MPD')
    deepEqual({ ...childOf(root, 'Period')?.attributes }, { id: '1', 'm:id': '2' })
  })

  it('decodes entities and character references once', () => {
    const root = rootOf('<a b="&lt;&gt;&amp;&quot;&apos;&#65;&#x42;">&amp;amp; &amp;lt;</a>')
    equal(root.attributes.b, '<>&"\'AB')
    equal(root.text, '&amp; &lt;')
  })

  it('refuses entities and references that stand for nothing', () => {
    for (const reference of [
      '&#0;',
      '&#1;',
      '&#xD800;',
      '&#xFFFF;',
      '&#x110000;',
      '&foo;',
      '&LT;',
      '&#99999999;',
      '&__proto__;',
    ]) {
      match(refusalOf(`<a b="${reference}"/>`).message, /is unknown/)
    }
  })

  it('decodes nothing inside CDATA', () => equal(rootOf('<a>&lt;<![CDATA[&lt;&]]></a>').text, '<&lt;&'))

  it('takes text with > in quotes, comments, CDATA, instructions and a byte order mark', () => {
    const root = rootOf(
      '\uFEFF<?xml version="1.0"?><!-- <x> --><a b="1>2" c=\'"\'><![CDATA[<x>]]><?p <x> ?></a>',
    )
    equal(root.attributes.b, '1>2')
    equal(root.children.size, 0)
  })

  it('passes over a document type declaration without entities, and fetches no external one', () => {
    for (const doctype of [
      '<!DOCTYPE a>',
      '<!DOCTYPE\ta >',
      "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'>",
      '<!DOCTYPE a PUBLIC "-//x//y" "file:///etc/hostname" >',
      '<!DOCTYPE a []>',
      '<!DOCTYPE a [ <!-- ]> --> <?p ]> ?>\n<!ELEMENT a (b|c)*><!NOTATION n SYSTEM "]>"> ] >',
    ]) {
      for (const before of ['', '<?xml version="1.0"?>\n<!-- c -->'])
        equal(rootOf(`${before}${doctype}\n<a b="&lt;">c</a>`).text, 'c', doctype)
    }
  })

  it('expands no declared entities, and adds no declared attributes', () => {
    for (const text of [
      '<!DOCTYPE a [<!ENTITY b "c">]><a/>',
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
      '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:1/"> %b;]><a/>',
      '<!DOCTYPE a [ <!ELEMENT a ANY> <!ATTLIST a b CDATA "c"> ]><a/>',
      '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a>&b;</a>',
    ]) {
      const { code, message } = refusalOf(text)
      deepEqual([code, /beyond the limit of this server/.test(message)], ['manifest-too-large', true], text)
    }
  })

  it('refuses a malformed document type declaration, a second one, and one behind the root', () => {
    for (const text of [
      '<!doctype a><a/>',
      '<!DOCTYPE><a/>',
      '<!DOCTYPE a "b"><a/>',
      '<!DOCTYPE a PUBLIC "b"><a/>',
      '<!DOCTYPE a [<a/>',
      '<!DOCTYPE a [x]><a/>',
      '<!DOCTYPE a [<!ELEMENT a "]><a/>',
      '<!DOCTYPE a [<!-- ]><a/>',
      '<!DOCTYPE a><!DOCTYPE a><a/>',
      '<a/><!DOCTYPE a>',
      '<a><!DOCTYPE a></a>',
    ]) {
      equal(refusalOf(text).code, 'mpd-malformed', text)
    }
  })

  it('refuses what is not well-formed', () => {
    for (const text of [
      '',
      ' ',
      'x',
      '<a>',
      '<a></b>',
      '<a/><b/>',
      '<a b=1/>',
      '<a b="1" b="2"/>',
      '<a><',
      '</a>',
    ]) {
      equal(refusalOf(text).code, 'mpd-malformed', text)
    }
    for (const text of [
      '<a>\0</a>',
      '<a><!-- </a>',
      '<a b="<"/>',
      '<a><![CDATA[</a>',
      '<a>& </a>',
      '<?xml',
      '<!',
    ]) {
      equal(refusalOf(text).code, 'mpd-malformed', text)
    }
  })

  it('refuses the rest of an overwritten longer document, and all else that the library accepts', () => {
    for (const text of [
      '<a/>od>',
      '<a/>&amp;',
      'x<a/>',
      '<a/><![CDATA[x]]>',
      '<a>]]></a>',
      '<a><!-- -- --></a>',
      '<a><?xml version="1.0"?></a>',
      '<a><? x?></a>',
      '<a><??></a>',
    ]) {
      equal(refusalOf(text).code, 'mpd-malformed', text)
    }
    rootOf('<?xml version="1.0"?>\r\n<!-- a - b --><?p x?>\t<a>]] ></a>\n<!---->\n')
  })

  it('takes what is at the limits and refuses what is beyond', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth)
    rootOf(nested(xmlLimits.depth))
    match(refusalOf(nested(xmlLimits.depth + 1)).message, /nested elements/)

    const attributed = (count: number) =>
      `<a ${Array.from({ length: count }, (_, i) => `b${i}="1"`).join(' ')}/>`
    rootOf(attributed(xmlLimits.attributes))
    match(refusalOf(attributed(xmlLimits.attributes + 1)).message, /attributes/)

    const wide = (count: number) => `<a>${'<b/>'.repeat(count - 2)}</a>`
    rootOf(wide(xmlLimits.markup))
    equal(refusalOf(wide(xmlLimits.markup + 1)).code, 'manifest-too-large')

    match(refusalOf(`<a b="${'x'.repeat(xmlLimits.tagLength)}"/>`).message, /characters of a tag/)
    for (const text of [nested(xmlLimits.depth + 1), attributed(xmlLimits.attributes + 1)])
      equal(refusalOf(text).code, 'manifest-too-large')
    equal(refusalOf('<a b="1').code, 'mpd-malformed')
  })

  it('gives no name a way to a prototype', () => {
    const hostile = '<a __proto__="1" constructor="2" toString="3"><constructor x="y"/><toString/></a>'
    const read = readXml(hostile)
    ok(isElement(read) || read.code === 'mpd-malformed')
    equal(refusalOf('<__proto__ polluted="1"/>').code, 'mpd-malformed')
    equal(({} as Record<string, unknown>).polluted, undefined)
  })

  it('keeps its message short', () => {
    ok(refusalOf(`<${'x'.repeat(10_000)}!/>`).message.length < 300)
  })
})
