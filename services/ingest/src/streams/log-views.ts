import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { unknownStream } from './assert-stream.ts'
import type { StreamQueries } from './ports.ts'
import type { Stream } from './stream.ts'

/** What views of a stream are made of. */
export type LogOfStream = Pick<StreamQueries, 'summary' | 'log' | 'logLength'>

/** What is made of a stream's uploads in the order of the wire log, up to a position. */
interface LogView {
  /** The position of the next upload. */
  readonly position: number
}

interface LogViewsDeps<View extends LogView> {
  readonly index: LogOfStream
  readonly create: () => View
  /** Adds some uploads, which follow those before. */
  readonly add: (view: View, stream: Stream, uploads: readonly JudgedUpload[]) => Promise<void> | void
}

/** Throws the refusal `stream-unknown`, and `Unavailable` while Redis does not respond. */
export type ReadLogView<View> = (stream: string) => Promise<View>

const maxViews = 16
const uploadsPerRead = 500

/**
 * Views of streams up to their newest judged upload. One is made when it is asked for, from the wire log, and goes on
 * from there the next time: no upload waits for it. The newest ones are kept.
 */
export function createLogViews<View extends LogView>({
  index,
  create,
  add,
}: LogViewsDeps<View>): ReadLogView<View> {
  const views = createLru<string, View>(maxViews)
  const runExclusively = createKeyedMutex()
  return (stream) => runExclusively(stream, () => advance(stream))

  async function advance(id: string): Promise<View> {
    const [summary, length] = await Promise.all([index.summary(id), index.logLength(id)])
    if (!summary) throw unknownStream(id)
    const cached = views.get(id)
    // A shorter log is a new one: the index was emptied.
    const view = cached && cached.position <= length ? cached : create()
    views.set(id, view)
    for (let next: number | null = view.position; next !== null && next < length; ) {
      const page = await index.log(id, next, uploadsPerRead)
      await add(view, summary.stream, page.uploads)
      next = page.next
    }
    return view
  }
}

/** Views whose `add` needs nothing but the uploads. */
export const createUploadViews = <View extends LogView & { add(judged: JudgedUpload): void }>(
  index: LogOfStream,
  create: () => View,
): ReadLogView<View> =>
  createLogViews({
    index,
    create,
    add(view, _stream, uploads) {
      for (const judged of uploads) view.add(judged)
    },
  })
