import type { SessionView } from '../../../streams/session-view.ts'
import type { Session } from '../../../validation/state.ts'

/** An upload changes one track of its session: the JSON of the others is kept as long as they are. */
const jsons = new WeakMap<object, string>()

/** The JSON of something that is never changed in place. */
function jsonOf(value: object): string {
  const known = jsons.get(value)
  if (known !== undefined) return known
  const json = JSON.stringify(value)
  jsons.set(value, json)
  return json
}

/** The JSON of a session, or of its view, whose tracks come first. */
export function encodeSession({ tracks, ...others }: Session | SessionView): string {
  const entries = Object.entries(tracks).map(([name, track]) => `${JSON.stringify(name)}:${jsonOf(track)}`)
  return `{"tracks":{${entries.join(',')}},${JSON.stringify(others).slice(1)}`
}
