import { memoize } from '@pushav/shared/lib/memoize.ts'
import type { JournalEntry, Sender } from './upload.ts'

/** Bytes of names and values that are recorded of one request. */
const maxBytes = 4_096

/**
 * Takes the place of a credential. Not a digest of it: the password of `Basic`, a PIN or a short token is found again
 * by trying all of them against an unsalted digest.
 */
export const removedValue = '(removed)'

/** Headers that carry credentials: RFC 9110, 11.6 and 11.7; RFC 6265; and what APIs commonly call theirs. */
const credentialName =
  /(^|[-_])(authorization|authentication|cookie2?|api-?key|apikey|access-?key|token|jwt|secret|pass(word|wd)?|credentials?|session|session-?id)$/i

// Memoized for the process: names repeat in every request.
const carriesCredential = memoize((name) => credentialName.test(name))

/**
 * The headers of a request as they are recorded: credentials removed, and 4 KiB of names and values at most. A header
 * that does not fit is left out whole and counted; smaller ones after it are still recorded.
 */
export function recordedHeaders(sent: readonly string[]): Pick<Sender, 'headers' | 'omittedHeaders'> {
  const headers: string[] = []
  let bytes = 0
  const omitted = { count: 0, bytes: 0 }
  for (let i = 0; i < sent.length; i += 2) {
    const name = sent[i] ?? ''
    const value = valueShown(name, sent[i + 1] ?? '')
    // Header values are Latin-1: a character is a byte.
    const size = name.length + value.length
    if (bytes + size > maxBytes) {
      omitted.count += 1
      omitted.bytes += size
      continue
    }
    bytes += size
    headers.push(name, value)
  }
  return omitted.count === 0 ? { headers } : { headers, omittedHeaders: omitted }
}

/** A journal line without the credentials that an older version recorded. */
export function withoutCredentials(entry: JournalEntry): JournalEntry {
  if (entry.kind !== 'upload') return entry
  const { upload } = entry
  return { ...entry, upload: { ...upload, sender: hideCredentials(upload.sender) } }
}

/** A sender without the values of its credentials; the same object where there are none. */
export function hideCredentials(sender: Sender): Sender {
  const { headers } = sender
  if (!headers.some((name, i) => i % 2 === 0 && carriesCredential(name))) return sender
  return {
    ...sender,
    headers: headers.map((text, i) => (i % 2 === 0 ? text : valueShown(headers[i - 1] ?? '', text))),
  }
}

const valueShown = (name: string, value: string): string => (carriesCredential(name) ? removedValue : value)
