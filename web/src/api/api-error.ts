import type { ApiErrorBody } from './types.ts'

/** An error that the server returned, with its message. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly hint: string | null
  readonly field: string | null

  constructor(status: number, { code, message, hint, field }: ApiErrorBody) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.hint = hint ?? null
    this.field = field ?? null
  }
}

/** The server did not answer. */
export class OfflineError extends Error {
  constructor() {
    super('the proxy does not answer')
    this.name = 'OfflineError'
  }
}

/** Any failure as an error that can be shown. */
export function readError(error: unknown): ApiErrorBody {
  if (error instanceof ApiError) {
    return { code: error.code, message: error.message, hint: error.hint, field: error.field }
  }
  if (error instanceof OfflineError)
    return { code: 'offline', message: error.message, hint: 'qwenctl proxy start' }
  return { code: 'failed', message: error instanceof Error ? error.message : String(error) }
}
