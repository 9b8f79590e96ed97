/** An error response. `message` is the server's sentence; `status` is 0 when the server did not respond. */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The sentence that tells the reader of the page about an error. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** GETs JSON. Throws `ApiError`, and an AbortError after `signal`. */
export const getJson = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>(path, { signal: signal ?? null })

/** Sends a request with a JSON body and returns the JSON of the response. Throws `ApiError`. */
export const sendJson = <T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> =>
  request<T>(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })

/** GETs a text. Throws `ApiError`. */
export async function getText(path: string): Promise<string> {
  const response = await fetchOwn(path, {})
  if (!response.ok) throw await errorOf(response)
  return response.text()
}

/** GETs the bytes from `from` up to but not including `to`. Throws `ApiError`. */
export async function getBytes(path: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetchOwn(path, { headers: { range: `bytes=${from}-${to - 1}` } })
  if (!response.ok) throw await errorOf(response)
  return new Uint8Array(await response.arrayBuffer())
}

async function request<T>(path: string, options: RequestInit): Promise<T> {
  const response = await fetchOwn(path, options)
  if (!response.ok) throw await errorOf(response)
  return (await response.json()) as T
}

async function fetchOwn(path: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...options, redirect: 'error' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'the server does not answer')
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null
  if (typeof detail === 'string') return new ApiError(response.status, detail)
  const message = typeof detail === 'object' && detail !== null && 'message' in detail ? detail.message : null
  return new ApiError(
    response.status,
    typeof message === 'string' ? message : `the server answered ${response.status}`,
  )
}
