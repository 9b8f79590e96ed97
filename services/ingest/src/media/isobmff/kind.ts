import type { Inspection } from '../inspection.ts'

type Kind = Extract<Inspection['kind'], 'init' | 'segment' | 'other'>

const mediaTypes = new Set(['mdat', 'styp', 'sidx', 'prft', 'emsg'])

/** What an upload is, told by the types of its boxes in their order: the first moov or moof settles it. */
export function createKind() {
  let kind: Kind = 'other'
  let isSettled = false
  return { see, kind: () => kind }

  function see(type: string): void {
    if (isSettled) return
    isSettled = type === 'moov' || type === 'moof'
    if (type === 'moov') kind = 'init'
    else if (type === 'moof' || mediaTypes.has(type)) kind = 'segment'
    else if (type === 'ftyp' && kind === 'other') kind = 'init'
  }
}
