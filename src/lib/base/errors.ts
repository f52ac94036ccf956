// Every failure that qwenctl can name: one class, one table. The table gives the exit code, HTTP status and default
// hint of a code. Only the edges (`terminal/`, `proxy/wire/wire-errors.ts`) format errors.

import { LOST_VAULT_FIX } from './lost-key.ts'

interface ErrorKind {
  /** The exit code of a command (`docs/reference/errors.md` lists them). */
  exit: number
  /** The HTTP status when the proxy answers with this error. */
  status: number
  /** The `type` of the OpenAI error envelope. */
  type: 'invalid_request_error' | 'authentication_error' | 'rate_limit_error' | 'server_error'
  /** The next step for the user, unless the thrower gives its own hint. */
  hint?: string
}

export const errorKinds = {
  // wrong usage
  invalid_usage: { exit: 2, status: 400, type: 'invalid_request_error' },
  invalid_value: { exit: 2, status: 400, type: 'invalid_request_error' },
  missing_answer: { exit: 2, status: 400, type: 'invalid_request_error' },
  invalid_limit: {
    exit: 2,
    status: 400,
    type: 'invalid_request_error',
    hint: 'write a limit as MAX[metric]/WINDOW, for example 2000/day, 60/minute, 1000000tokens/day, 6000/5h@first-use',
  },
  unknown_provider: {
    exit: 2,
    status: 400,
    type: 'invalid_request_error',
    hint: 'qwenctl providers list shows what there is',
  },
  ambiguous_account: { exit: 2, status: 400, type: 'invalid_request_error' },
  name_in_use: { exit: 2, status: 409, type: 'invalid_request_error' },
  cancelled: { exit: 130, status: 499, type: 'invalid_request_error' },

  // not found
  account_not_found: {
    exit: 3,
    status: 404,
    type: 'invalid_request_error',
    hint: 'qwenctl auth list shows the accounts',
  },
  template_not_found: {
    exit: 3,
    status: 404,
    type: 'invalid_request_error',
    hint: 'qwenctl accounts template list shows the templates',
  },
  key_not_found: {
    exit: 3,
    status: 404,
    type: 'invalid_request_error',
    hint: 'qwenctl keys list shows the keys',
  },
  batch_not_found: {
    exit: 3,
    status: 404,
    type: 'invalid_request_error',
    hint: 'qwenctl batch list shows the batches',
  },
  job_not_found: {
    exit: 3,
    status: 404,
    type: 'invalid_request_error',
    hint: 'qwenctl jobs list shows the jobs',
  },
  program_not_found: { exit: 127, status: 404, type: 'invalid_request_error' },
  proxy_not_running: { exit: 3, status: 404, type: 'invalid_request_error', hint: 'qwenctl proxy start' },

  jobs_off: { exit: 1, status: 409, type: 'invalid_request_error' },
  batch_ended: { exit: 1, status: 409, type: 'invalid_request_error' },

  // the pool
  quota_exhausted: { exit: 4, status: 429, type: 'rate_limit_error' },
  no_accounts: {
    exit: 4,
    status: 503,
    type: 'server_error',
    hint: 'add one with qwenctl auth add NAME -p PROVIDER',
  },

  /** 402 when money is missing. */
  needs_action: { exit: 4, status: 403, type: 'invalid_request_error' },

  // refused by the provider
  credentials_refused: { exit: 5, status: 401, type: 'authentication_error' },
  needs_login: { exit: 5, status: 401, type: 'authentication_error' },

  // faults of a plugin
  plugin_failed: {
    exit: 1,
    status: 502,
    type: 'server_error',
    hint: 'qwenctl plugins update installs a corrected version; qwenctl plugins uninstall PLUGIN removes the plugin',
  },

  // the store
  store_unwritable: {
    exit: 6,
    status: 503,
    type: 'server_error',
    hint: 'free some space or correct the permissions; nothing is sent while it cannot be counted',
  },
  store_unreachable: {
    exit: 6,
    status: 503,
    type: 'server_error',
    hint: 'qwenctl store check; nothing is sent while it cannot be counted',
  },
  store_corrupt: { exit: 6, status: 503, type: 'server_error' },
  store_locked: {
    exit: 6,
    status: 503,
    type: 'server_error',
    hint: 'try again; if it persists, end that process',
  },
  store_too_new: { exit: 6, status: 503, type: 'server_error', hint: 'upgrade qwenctl' },
  vault_locked: {
    exit: 6,
    status: 503,
    type: 'server_error',
    hint: `set QWENCTL_PASSPHRASE to the passphrase of this home; if it is lost, ${LOST_VAULT_FIX}`,
  },

  // answers of the proxy
  invalid_api_key: { exit: 5, status: 401, type: 'authentication_error' },
  invalid_token: {
    exit: 5,
    status: 401,
    type: 'authentication_error',
    hint: 'qwenctl config get adminToken prints the token; qwenctl proxy open opens the page with it',
  },
  forbidden: { exit: 1, status: 403, type: 'invalid_request_error' },
  invalid_body: { exit: 2, status: 422, type: 'invalid_request_error' },
  too_many_failures: { exit: 5, status: 429, type: 'rate_limit_error' },
  model_not_allowed: { exit: 1, status: 403, type: 'invalid_request_error' },
  invalid_request: { exit: 1, status: 400, type: 'invalid_request_error' },
  model_not_found: { exit: 1, status: 404, type: 'invalid_request_error' },
  route_not_served: { exit: 1, status: 404, type: 'invalid_request_error' },
  not_found: { exit: 1, status: 404, type: 'invalid_request_error' },
  precondition_failed: { exit: 1, status: 412, type: 'invalid_request_error' },
  method_not_allowed: { exit: 1, status: 405, type: 'invalid_request_error' },
  upgrade_refused: { exit: 1, status: 426, type: 'invalid_request_error' },
  request_timeout: { exit: 1, status: 408, type: 'invalid_request_error' },
  request_too_large: { exit: 1, status: 413, type: 'invalid_request_error' },
  unsupported_encoding: { exit: 1, status: 415, type: 'invalid_request_error' },
  forbidden_host: { exit: 1, status: 403, type: 'invalid_request_error' },
  upstream_unavailable: { exit: 1, status: 502, type: 'server_error' },
  upstream_timeout: { exit: 1, status: 504, type: 'server_error' },
  shutting_down: { exit: 1, status: 503, type: 'server_error' },

  // others
  port_in_use: { exit: 1, status: 500, type: 'server_error' },
  failed: { exit: 1, status: 500, type: 'server_error' },
  internal: {
    exit: 1,
    status: 500,
    type: 'server_error',
    hint: 'this is a bug in qwenctl; run again with DEBUG=qwenctl to see where, and report it',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

const brand = Symbol.for('qwenctl.error')

export interface ErrorDetails {
  /** A command to type or a thing to change; defaults to the table's hint. */
  hint?: string
  cause?: unknown
  /** Details for programs. Never a secret. */
  details?: Record<string, unknown>
  /** The HTTP status, when it differs from the table's. */
  status?: number
}

/**
 * A failure that a person or program can act on. `message` says what happened to which thing, in lower case and
 * without blame; `hint` says what to do. Neither may hold a secret.
 */
export class QwenctlError extends Error {
  readonly code: ErrorCode
  readonly hint: string | null
  readonly details: Record<string, unknown>
  readonly status: number
  readonly [brand] = true

  constructor(code: ErrorCode, message: string, options: ErrorDetails = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'QwenctlError'
    this.code = code
    this.hint = options.hint ?? (errorKinds[code] as ErrorKind).hint ?? null
    this.details = options.details ?? {}
    this.status = options.status ?? errorKinds[code].status
  }

  get exit(): number {
    return errorKinds[this.code].exit
  }
}

/** True for this class, also when a plugin carries its own copy of this package. */
export function isQwenctlError(error: unknown): error is QwenctlError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[brand] === true
}

/** The text of any thrown value, for use in a message. */
export function readMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
