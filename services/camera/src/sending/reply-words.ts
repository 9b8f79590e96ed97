import { printable } from '@pushav/shared/lib/printable.ts'

const maxCharacters = 500

export const isAccepted = (status: number): boolean => status >= 200 && status < 300

/** The message in the body of an error response, on one line of at most 500 characters. */
export function replyWords(body: string): string {
  const words = wordsOf(parsed(body)) ?? body
  return printable(words.replace(/\s+/g, ' ').trim()).slice(0, maxCharacters)
}

function wordsOf(json: unknown): string | null {
  if (typeof json !== 'object' || json === null) return null
  if ('errors' in json && Array.isArray(json.errors)) return json.errors.map(textOf).join('; ')
  if ('detail' in json) return textOf(json.detail)
  return null
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
