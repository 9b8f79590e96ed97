import { dashIf1, dashIf2 } from './dash-if.ts'
import { espressif } from './espressif.ts'
import { homeKit } from './home-kit.ts'
import { matter15, matter16 } from './matter.ts'
import { matterHls } from './matter-hls.ts'
import { shaka } from './shaka.ts'

/** Every kind of camera by the word of `--profile`. */
export const profiles = {
  'matter-1.6': matter16,
  'matter-1.5': matter15,
  'dash-if-1': dashIf1,
  'dash-if-2': dashIf2,
  hls: matterHls,
  hksv: homeKit,
  esp: espressif,
  shaka,
} as const

export type ProfileName = keyof typeof profiles

export const isProfileName = (word: string): word is ProfileName => Object.hasOwn(profiles, word)
