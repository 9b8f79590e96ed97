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

/** DASH-IF Ingest 1.2, table 6. The content type that a device sent does not count. */
export function contentTypeOf(path: string): string {
  const [, extension = ''] = /\.(\w+)\)?$/.exec(path) ?? []
  return byExtension[extension.toLowerCase()] ?? 'application/octet-stream'
}
