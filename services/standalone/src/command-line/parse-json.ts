/** Parses the JSON of something that the user named. Throws an error that names it for a text that is no JSON. */
export function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${name} is no JSON`)
  }
}
