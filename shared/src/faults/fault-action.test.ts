import { deepEqual, equal } from 'node:assert/strict'
import { encodeFaultAction, type FaultAction, parseFaultAction } from './fault-action.ts'

describe('the header that tells the proxy what a fault does', () => {
  const actions: readonly FaultAction[] = [
    { kind: 'cut', how: 'fin' },
    { kind: 'cut', how: 'rst' },
    { kind: 'reset', code: 13 },
    { kind: 'goaway', code: 0 },
  ]
  for (const action of actions)
    it(`is read as it was written: ${encodeFaultAction(action)}`, () => {
      deepEqual(parseFaultAction(encodeFaultAction(action)), action)
    })

  for (const text of [
    '',
    'cut',
    'cut=',
    'cut=rst,fin',
    'reset=-1',
    'reset=x',
    'goaway=100',
    ' cut=rst',
    'stop=1',
  ])
    it(`is no action: ${JSON.stringify(text)}`, () => equal(parseFaultAction(text), null))
})
