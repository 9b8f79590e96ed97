/** Video, auxiliary video such as depth or alpha, and sequences of images (ISO/IEC 14496-12, 12.1.1; 23008-12, 7). */
export const isPictureHandler = (handler: string): boolean =>
  handler === 'vide' || handler === 'auxv' || handler === 'pict'

/** What plays and comes all the time; text and metadata come when there is some. */
export const isVideoOrSoundHandler = (handler: string): boolean => handler === 'vide' || handler === 'soun'
