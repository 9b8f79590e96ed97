/** A number from 0 up to, not including, its argument. */
export type Random = (below: number) => number

/** Mulberry32, so that an input that fails comes again. */
export function seeded(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Up to eight changes, every other time only inside attribute values, where a text stays well-formed. */
export function mutated(text: string, random: Random): string {
  const change = random(2) === 0 ? withOtherValue : withOtherText
  let changed = text
  for (let times = 1 + random(8); times > 0; times -= 1) changed = change(changed, random)
  return changed
}

const pieces =
  '< > /> " \' & &amp; $ % %zz -1 ../ // <!-- ]]> <![CDATA[ <? <!DOCTYPE __proto__ = , : <S/> 💥 \0 \r\n \uFEFF \uD800'
    .split(' ')
    .concat('9'.repeat(25))
const values =
  `0 -1 1e9 ../ / % %zz %41 $ $$ $Number$ $Time%09d$ P1D ${'9'.repeat(25)} ${'a/'.repeat(600)} \uD800`.split(
    ' ',
  )

function withOtherValue(text: string, random: Random): string {
  const found = [...text.matchAll(/"[^"<]*"/g)][random(30)]
  if (!found) return text
  const kept = random(2) === 0 ? '' : found[0].slice(1, -1)
  const value = kept + (values[random(values.length)] ?? '')
  return `${text.slice(0, found.index)}"${value}"${text.slice(found.index + found[0].length)}`
}

/** Something cut out, put in, doubled or moved. */
function withOtherText(text: string, random: Random): string {
  const at = random(text.length + 1)
  const to = Math.min(text.length, at + random(40))
  const inserted = [pieces[random(pieces.length)] ?? '', text.slice(at, to), ''][random(3)] ?? ''
  return text.slice(0, at) + inserted + text.slice(random(2) === 0 ? at : to)
}
