import { isShortEnough } from './object-path.ts'

/**
 * The folder of the parts of one long request. Each request has its own, so that two devices at one URL, or a device
 * that reconnects, never name two segments alike, and no number must be looked up. Null where the names would be too
 * long.
 */
export function partFolderOf(path: string, request: string): string | null {
  const folder = `${path}${mark}${request}`
  return isShortEnough(`${folder}/${longestName}`) ? folder : null
}

/** The path of the request that a part came in. */
export const requestPathOf = (partPath: string): string => partPath.slice(0, partPath.lastIndexOf(mark))

export const isPartPath = (path: string): boolean => path.includes(mark)

const mark = '.parts/'
const longestName = '9007199254740991.m4s'
