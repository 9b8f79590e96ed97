import { Refusal } from '../lib/refusal.ts'
import type { Journals } from '../uploads/ports.ts'

/** Throws the refusal `stream-unknown` when there is no such stream. */
export async function assertStream(journals: Pick<Journals, 'has'>, id: string): Promise<void> {
  if (!(await journals.has(id))) throw unknownStream(id)
}

export const unknownStream = (id: string): Refusal =>
  new Refusal('stream-unknown', `there is no stream ${id}; POST /streams makes one`)
