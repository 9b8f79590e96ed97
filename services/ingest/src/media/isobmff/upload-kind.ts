import type { Inspection } from '../inspection.ts'

type Kind = Extract<Inspection['kind'], 'init' | 'segment' | 'other'>

const mediaTypes = new Set(['mdat', 'styp', 'sidx', 'prft', 'emsg'])

/** Derives what an upload is from the types of its boxes, in their order; the first moov or moof decides. */
export function createUploadKind() {
  let kind: Kind = 'other'
  let isSettled = false
  return { add, kind: () => kind }

  function add(type: string): void {
    if (isSettled) return
    isSettled = type === 'moov' || type === 'moof'
    if (type === 'moov') kind = 'init'
    else if (type === 'moof' || mediaTypes.has(type)) kind = 'segment'
    else if (type === 'ftyp' && kind === 'other') kind = 'init'
  }
}
