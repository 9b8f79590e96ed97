/** What the server said instead of answering; `message` is its sentence. */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What went wrong, for the reader. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** GETs JSON. Throws `ApiError`, with status 0 when the server did not answer at all. */
export const getJson = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>(path, { signal: signal ?? null })

export const sendJson = <T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> =>
  request<T>(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })

export async function getText(path: string): Promise<string> {
  const response = await fetchOwn(path, {})
  if (!response.ok) throw await errorOf(response)
  return response.text()
}

/** The bytes from `from` up to `to`, which is not among them. */
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
