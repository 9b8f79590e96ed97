import { deepEqual, equal } from 'node:assert/strict'
import { fillTemplate, literalOf, partsOf } from './url-template.ts'

describe('fillTemplate', () => {
  it('fills in id and bandwidth and leaves number and time', () => {
    equal(fillTemplate('$RepresentationID$/$Number%04d$.m4s', 'video', null), 'video/$Number%04d$.m4s')
    equal(fillTemplate('$Bandwidth$-$Bandwidth%08d$-$Time$', 'v', 64_000), '64000-00064000-$Time$')
  })

  it('keeps a dollar escaped, its own and the id’s', () => {
    equal(fillTemplate('$$-$RepresentationID$', 'a$Number$', null), '$$-a$$Number$$')
  })

  it('refuses a lone dollar, an unknown identifier, a bandwidth that is missing', () => {
    for (const template of [
      'a$b',
      '$number$',
      '$Foo$',
      '$Number%4d$',
      '$RepresentationID%02d$',
      '$Bandwidth$',
    ]) {
      equal(fillTemplate(template, 'v', null), null, template)
    }
  })
})

describe('fillTemplate with what would grow without end', () => {
  it('gives up beyond any path', () => {
    equal(fillTemplate('$RepresentationID$'.repeat(10), 'i'.repeat(256), null)?.length, 2_560)
    equal(fillTemplate('$RepresentationID$'.repeat(17), 'i'.repeat(256), null), null)
    equal(fillTemplate('a'.repeat(5_000), 'i', null), null)
  })
})

describe('partsOf', () => {
  it('splits at identifiers', () => {
    deepEqual(
      partsOf('a$$-$Number%05d$_$Time$.m4s').filter((part) => part.kind !== 'text' || part.text !== ''),
      [
        { kind: 'text', text: 'a' },
        { kind: 'text', text: '$' },
        { kind: 'text', text: '-' },
        { kind: 'number', width: 5 },
        { kind: 'text', text: '_' },
        { kind: 'time', width: 1 },
        { kind: 'text', text: '.m4s' },
      ],
    )
  })
})

describe('literalOf', () => {
  it('is the text of a template without number and time', () => {
    equal(literalOf('a$$Number$$.init'), 'a$Number$.init')
    equal(literalOf('a$Number$.init'), null)
  })
})
