export const prefixOf = (stream: string): string => `{stream:${stream}}:`

export type Keys = ReturnType<typeof keysOf>

/** All keys of a stream share a hash tag, so that a Redis Cluster keeps them together. */
export function keysOf(stream: string) {
  const key = (name: string) => `${prefixOf(stream)}${name}`
  return {
    stream: key('stream'),
    /** `version` and, by journal, how far the index reaches. */
    position: key('position'),
    /** Upload id → JudgedUpload without it. */
    uploads: key('uploads'),
    /** Upload ids in the order of their verdicts. */
    log: key('log'),
    /** Path → PathEntry of its newest whole upload. */
    newest: key('newest'),
    /** Path → StoredObject, what stands there. */
    objects: key('objects'),
    /** Uploads that were at a path and do not stand there now, by id. */
    versions: (path: string) => key(`versions:${path}`),
    totals: key('totals'),
    /** Folder → how many objects stand below it. */
    folders: key('folders'),
    /** Path → PathEntry of a cut-off upload that no whole one has followed. */
    cutOff: key('cut-off'),
    /** Path → InitSegment that stands there. */
    inits: (folder: string) => key(`inits:${folder}`),
    /** Upload id → ProbeJob that is not in the queue yet. */
    jobs: key('jobs'),
    /** What each device sent; see `device-counters.ts`. */
    devices: key('devices'),
    order: key('order'),
    /** Session number in the path → Session that the next uploads are judged with. */
    current: key('current'),
    /** Session id → SessionView, or nothing of an open one; see `session-views.ts`. */
    sessions: key('sessions'),
    /** Uploads and bytes by minute and track; see `minute-counters.ts`. */
    minutes: (session: string | null) => key(`minutes:${session ?? ''}`),
    /** Decode time → PlayableSegment. */
    playable: (session: string, track: string) => key(`playable:${session}:${track}`),
    listed: (session: string, list: string) => key(`listed:${session}:${list}`),
    /** What the report counts: of a session, or of uploads that belong to none. */
    counts: (session: string | null) => key(`counts:${session ?? ''}`),
    first: (session: string | null, code: string) => key(`first:${session ?? ''}:${code}`),
    preconditions: (session: string | null) => key(`preconditions:${session ?? ''}`),
  }
}
