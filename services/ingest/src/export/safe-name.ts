/** Names that Windows keeps for devices. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** A path as a zip file has it: parts and characters that are unsafe on Windows are percent-encoded. */
export const safeName = (path: string): string => path.split('/').map(safePart).join('/')

function safePart(part: string): string {
  const safe = part.replace(/[<>:"\\|?*%\p{Cc}]/gu, encode).replace(/[. ]$/, encode)
  return reserved.test(safe) ? `${encode(safe.slice(0, 1))}${safe.slice(1)}` : safe
}

const encode = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
