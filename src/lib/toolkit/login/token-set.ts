// Logins: how an account gets tokens with a short code (RFC 8628), and how it renews them. Separate functions read
// the responses, apart from the code that sends requests: `device-answers.ts`, `refresh-answer.ts`.

import { tryParseJson } from '../../base/text/try-parse-json.ts'
import { formatTime } from '../../base/iso-time.ts'
import { QwenctlError } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'

/** The tokens of a login, sealed as one JSON text. Times in RFC 3339; null: unknown. */
export interface TokenSet {
  accessToken: string
  /** Null: not renewable. */
  refreshToken: string | null
  tokenType: string
  expiresAt: string | null
  obtainedAt: string | null
  /** The server that renews the tokens, and how they were obtained; null: the provider's default. */
  server: LoginServer | null
  /** The base URL that the server named; null: none. */
  baseUrl: string | null
  /**
   * The credentials file of qwen-code with the same tokens, so that both programs renew them together; null: none.
   */
  sharedFile: string | null
}

export interface LoginServer {
  /** Null: unknown, so a new login must name it. */
  deviceEndpoint: string | null
  tokenEndpoint: string
  clientId: string
  scope: string | null
  pkce: boolean
}

/** The credential that an account's requests carry now. */
export interface Access {
  secret: string
  /** Epoch milliseconds until which the credential is reusable; Infinity: it does not change. */
  until: number
}

export function serializeTokens(tokens: TokenSet): string {
  return JSON.stringify(tokens)
}

/** Throws `store_corrupt` for text that is not a token set. */
export function parseTokens(text: string, accountName: string): TokenSet {
  const parsed = parseObject(text)
  const accessToken = parsed?.['accessToken']
  if (parsed === null || typeof accessToken !== 'string' || accessToken === '') {
    throw new QwenctlError('store_corrupt', `the login of ${accountName} cannot be read`, {
      hint: `log in again with qwenctl auth refresh ${accountName} --login`,
    })
  }
  return {
    accessToken,
    refreshToken: textOrNull(parsed['refreshToken']),
    tokenType: textOrNull(parsed['tokenType']) ?? 'Bearer',
    expiresAt: timeOrNull(parsed['expiresAt']),
    obtainedAt: timeOrNull(parsed['obtainedAt']),
    server: (parsed['server'] ?? null) as LoginServer | null,
    baseUrl: textOrNull(parsed['baseUrl']),
    sharedFile: textOrNull(parsed['sharedFile']),
  }
}

/**
 * The tokens of a 200 response; null if it has none that can be sent. Missing fields keep their value from `before`.
 */
export function tokensIn(
  answer: Readonly<Record<string, unknown>>,
  now: number,
  before: Pick<TokenSet, 'refreshToken' | 'server' | 'baseUrl' | 'sharedFile'>,
  baseUrl: string | null,
): TokenSet | null {
  const accessToken = textOrNull(answer['access_token'])
  if (accessToken === null || !isSendable(accessToken)) return null
  const seconds = Number(answer['expires_in'])
  const isTold = answer['expires_in'] !== undefined && Number.isFinite(seconds) && seconds > 0
  return {
    accessToken,
    refreshToken: textOrNull(answer['refresh_token']) ?? before.refreshToken,
    tokenType: textOrNull(answer['token_type']) ?? 'Bearer',
    expiresAt: isTold ? formatTime(now + Math.min(seconds, LONGEST_S) * 1000) : null,
    obtainedAt: formatTime(now),
    server: before.server,
    baseUrl: baseUrl ?? before.baseUrl,
    sharedFile: before.sharedFile,
  }
}

/**
 * RFC 6750 §2.1 allows even less. A header cannot contain anything else, so each request with such a token would
 * fail.
 */
export function isSendable(accessToken: string): boolean {
  return /^[\x21-\x7e]+$/.test(accessToken)
}

/** Ten years: a longer lifetime has no benefit, and dates have a largest value. */
const LONGEST_S = 10 * 365 * 86_400
const MOST_LEAD_MS = 10 * 60_000
const LEAST_LEAD_MS = 1000

/**
 * The time from which the tokens are due for renewal, in epoch milliseconds. `chance` in [0, 1) picks a point within
 * the second half of the last tenth of their life. Accounts that logged in on one day therefore renew at different
 * times. Infinity: never.
 */
export function dueAt(tokens: TokenSet, chance: number): number {
  if (tokens.expiresAt === null || tokens.refreshToken === null) return Infinity
  const end = Date.parse(tokens.expiresAt)
  const life = tokens.obtainedAt === null ? Infinity : end - Date.parse(tokens.obtainedAt)
  const lead = Math.min(MOST_LEAD_MS, Math.max(LEAST_LEAD_MS, life / 10))
  return end - lead * (0.5 + chance / 2)
}

/** Whether a request that starts now may still carry the token. */
export function isUsable(tokens: TokenSet, now: number): boolean {
  return tokens.expiresAt === null || now < Date.parse(tokens.expiresAt)
}

/** The members of a JSON object; null: the text is none, and the caller reports it. */
export function parseObject(text: string): Record<string, unknown> | null {
  const parsed = tryParseJson(text)
  return isRecord(parsed) ? parsed : null
}

function timeOrNull(value: unknown): string | null {
  const text = textOrNull(value)
  return text === null || Number.isNaN(Date.parse(text)) ? null : text
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
