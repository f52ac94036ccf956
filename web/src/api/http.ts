import { ApiError, OfflineError } from './api-error.ts'
import { readJson } from './read-json.ts'
import type { ApiErrorBody } from './types.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface Call {
  method?: Method
  query?: Record<string, string | number | null | undefined>
  body?: unknown
  signal?: AbortSignal
}

/**
 * Calls the API with the session's token. Throws ApiError for errors of the server, OfflineError without a
 * response.
 */
export class Http {
  #token: string | null = null
  /** Called when the server no longer accepts the token. */
  onRefused: () => void = () => undefined

  setToken(token: string | null): void {
    this.#token = token
  }

  async call<Answer>(path: string, { method = 'GET', query = {}, body, signal }: Call = {}): Promise<Answer> {
    const response = await this.open(pathWith(path, query), {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const text = await response.text()
    return (text === '' ? {} : readJson(text)) as Answer
  }

  /** The response as a stream, after a successful status. */
  async open(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#token !== null) headers.set('authorization', `Bearer ${this.#token}`)
    let response: Response
    try {
      response = await fetch(`api${path}`, { ...init, headers, credentials: 'omit', cache: 'no-store' })
    } catch (error) {
      if (init.signal?.aborted === true) throw error
      throw new OfflineError()
    }
    if (response.ok) return response
    const refused = new ApiError(response.status, await bodyFrom(response))
    if (response.status === 401 && this.#token !== null) this.onRefused()
    throw refused
  }
}

function pathWith(path: string, query: NonNullable<Call['query']>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  if (given.length === 0) return path
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`
}

async function bodyFrom(response: Response): Promise<ApiErrorBody> {
  try {
    const { error } = readJson(await response.text()) as { error: ApiErrorBody }
    if (typeof error.message === 'string') return error
  } catch {
    // Not from the proxy: an intermediary answered.
  }
  return { code: 'failed', message: `the server answered ${response.status} ${response.statusText}`.trim() }
}
