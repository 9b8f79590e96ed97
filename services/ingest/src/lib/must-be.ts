/**
 * What a request said in the place of what is allowed, in the words that bad settings have:
 * `interface must be dash or hls, but is "rtmp"`.
 */
export function mustBe(name: string, allowed: string, word: unknown): string {
  const given = JSON.stringify(word) ?? String(word)
  return `${name} must be ${allowed}, but is ${given.length > maxGiven ? `${given.slice(0, maxGiven)}…` : given}`
}

const maxGiven = 80
