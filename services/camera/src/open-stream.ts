import { CameraError } from './camera-error.ts'
import { replyWords } from './sending/reply-words.ts'
import { type RetryDeps, withRetry } from './sending/retry.ts'
import { LostConnection, type Transport } from './sending/transport.ts'

/**
 * Creates a stream below `/streams` and returns the path of its publishing point. Throws a CameraError when the server
 * refuses or cannot be reached.
 */
export async function openStream(
  transport: Pick<Transport, 'send'>,
  path: string,
  profile: { readonly interface: string },
  retry: RetryDeps,
): Promise<string> {
  try {
    return await withRetry(retry, () => postStream(transport, path.replace(/\/$/, ''), profile))
  } catch (error) {
    if (!(error instanceof LostConnection)) throw error
    throw new CameraError(`no stream was made, the server cannot be reached: ${error.message}`)
  }
}

async function postStream(
  transport: Pick<Transport, 'send'>,
  streams: string,
  profile: { readonly interface: string },
): Promise<string> {
  const { status, body } = await transport.send({
    method: 'POST',
    headers: {},
    body: Buffer.alloc(0),
    path: `${streams}?interface=${profile.interface}`,
  })
  const id = status === 201 ? idIn(body) : null
  if (id === null) throw new CameraError(`the server makes no stream: ${status} ${replyWords(body)}`)
  return `${streams}/${id}`
}

/** The id in a response; servers before Matter 1.6 call it `stream_id`. */
const idIn = (body: string): string | null => /"(?:stream_)?id":\s*"?(\d+)/.exec(body)?.[1] ?? null
