const byExtension: Readonly<Record<string, string>> = {
  mpd: 'application/dash+xml',
  m3u8: 'application/vnd.apple.mpegurl',
  m4s: 'video/iso.segment',
  cmfv: 'video/mp4',
  m4v: 'video/mp4',
  mp4: 'video/mp4',
  init: 'video/mp4',
  header: 'video/mp4',
  cmfa: 'audio/mp4',
  m4a: 'audio/mp4',
  cmft: 'application/mp4',
  cmfm: 'application/mp4',
  ts: 'video/mp2t',
  vtt: 'text/vtt',
}

const types = new Map(Object.entries(byExtension))

/** DASH-IF Ingest 1.2, table 6. The content type that a device sent does not count. Null for other extensions. */
export function mediaTypeOf(path: string): string | null {
  const [, extension = ''] = /\.(\w+)\)?$/.exec(path) ?? []
  return types.get(extension.toLowerCase()) ?? null
}
