import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'

const main = startPage('No such page')
fill(
  main,
  h('h1', {}, 'No such page'),
  h('p', {}, 'There is nothing at this address. ', h('a', { href: '/ui/streams' }, 'Streams')),
)
