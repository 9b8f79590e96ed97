import { anyManifest, changeBody, changeText, type Fault, lastManifest, nthSegment } from './fault.ts'

/** Faults of HomeKit Secure Video. */
export const homeKitFaults = {
  'key-id': {
    takes: { word: 'wrong' },
    example: 'key-id=wrong',
    does: 'names a key in playlists that no HomeKit hub gives',
    finding: 'hksv-key',
    profile: 'hksv',
    apply: (plan) => changeText(plan, anyManifest, (text) => text.replace(/([0-9a-f]{12})4000"/g, '$15000"')),
  },
  seal: {
    takes: 'segment',
    example: 'seal=2',
    does: 'seals segment 2 without room for IV and tag',
    finding: 'sealed-malformed',
    profile: 'hksv',
    apply: (plan, nth) => changeBody(plan, nthSegment(nth), (sealed) => sealed.subarray(0, 31)),
  },
  unlisted: {
    takes: 'segment',
    example: 'unlisted=2',
    does: 'sends no manifest behind segment 2',
    finding: 'hksv-order',
    profile: 'hksv',
    apply: (plan, nth) => {
      const at = plan.objects.findIndex((object) => nthSegment(nth)(object, plan.objects)) + 1
      const isManifest = at > 0 && plan.objects[at]?.role === 'manifest'
      return isManifest ? { ...plan, objects: plan.objects.toSpliced(at, 1) } : plan
    },
  },
  event: {
    takes: { word: 'short' },
    example: 'event=short',
    does: 'leaves the first segment out of the last playlist',
    finding: 'hksv-playlist',
    profile: 'hksv',
    apply: (plan) => changeText(plan, lastManifest, (text) => text.replace(/#EXTINF:.*\n.*\n/, '')),
  },
} as const satisfies Readonly<Record<string, Fault>>
