import type { Response } from 'express'

/** What a route adds to the line of the audit log about its request. */
type Details = Readonly<Record<string, string | number | boolean | null>>

// By response, because express hands routes the same object; an entry goes with its response.
const noted = new WeakMap<Response, Details>()

/** Adds facts to the audit line of a response; never a secret. */
export function noteForAudit(response: Response, details: Details): void {
  noted.set(response, { ...noted.get(response), ...details })
}

export const notesOf = (response: Response): Details => noted.get(response) ?? {}
