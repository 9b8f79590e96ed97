/** A camera for planning: 2 Mbit/s in two tracks with segments of 4 s, of about 1 MiB for video and 8 KiB for audio. */
const segmentsPerSecond = 1 / 4
const [video, audio] = ['1 MiB', '8 KiB']
const payers = ['proxy', 'ingest', 'redis', 'probe', 'ffprobe']
const secondsPerDay = 86_400

/** Figures for such cameras, from the figures of one upload of each size. */
export function cameraFigures(figures: Readonly<Record<string, number>>): Record<string, number> {
  const perSecond = (name: string) =>
    segmentsPerSecond * ((figures[`${name}@${video}`] ?? 0) + (figures[`${name}@${audio}`] ?? 0))
  const carried = payers.map((payer) => [
    `cameras a core of ${payer}`,
    Math.floor(1_000_000 / perSecond(`${payer} µs`)),
  ])
  const perDay = (name: string) => perSecond(name) * secondsPerDay
  return {
    ...Object.fromEntries(carried),
    'Redis MB a camera and day': perDay('Redis bytes') / 1e6,
    'journal MB a camera and day': perDay('journal bytes') / 1e6,
    'disk GB a camera and day': perDay('disk bytes') / 1e9,
  }
}
