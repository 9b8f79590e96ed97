/** The faults that the page offers. The API has more. */
export const faultChoices: readonly (readonly [name: string, fault: object])[] = [
  ['refuse with 500', { kind: 'status', status: 500 }],
  ['refuse with 404', { kind: 'status', status: 404 }],
  ['refuse with 408', { kind: 'status', status: 408 }],
  ['refuse with 413 before the body', { kind: 'status', status: 413, at: 'head' }],
  ['refuse with 503, Retry-After 5 s', { kind: 'status', status: 503, retry_after: 5 }],
  ['respond after 10 s', { kind: 'delay', seconds: 10 }],
  ['read the body after 10 s', { kind: 'delay', seconds: 10, at: 'head' }],
  ['stop reading for 10 s in the middle', { kind: 'stall', seconds: 10 }],
  ['read 32 KiB a second', { kind: 'slow', bytes_per_second: 32_768 }],
  ['reset the connection (RST) in the middle', { kind: 'cut' }],
  ['reset the connection (RST) after the 100 Continue', { kind: 'cut', at: 'continue' }],
  ['close the connection (FIN) before the body', { kind: 'cut', how: 'fin', at: 'head' }],
  ['close the connection (FIN) after the body', { kind: 'cut', how: 'fin', at: 'end' }],
  ['send GOAWAY (HTTP/2)', { kind: 'goaway' }],
  ['send RST_STREAM (HTTP/2)', { kind: 'reset' }],
  ['respond with 1 MB', { kind: 'large-response', bytes: 1_000_000 }],
  ['refuse with 403, as if its certificate expired', { kind: 'certificate-expired' }],
  ['allow uploads on one connection at a time', { kind: 'connections', max: 1 }],
]

/** The scripts of faults that the page offers. */
export const scriptChoices: readonly (readonly [script: string, name: string, does: string])[] = [
  ['server-restarts', 'Server restarts', 'cuts one upload, then takes none for 15 s'],
  ['disk-full', 'Disk full', '507 for 30 s'],
  [
    'certificate-expires',
    'Certificate expires',
    '403 from the third segment on, until another certificate comes, for 5 min',
  ],
  ['slow-uplink', 'Slow uplink', '32 KiB a second for 60 s'],
]
