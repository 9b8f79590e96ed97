/** Parses a text of the user's. Throws an error with `name`, what the user calls the text, when it is not JSON. */
export function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${name} is no JSON`)
  }
}
