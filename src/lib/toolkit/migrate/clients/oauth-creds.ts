import { formatTime } from '../../../base/iso-time.ts'
import { qwenResourceBase } from '../../../provider/builtin/makers/qwen-oauth.ts'
import type { TokenSet } from '../../login/token-set.ts'
import { makeFinding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { isFields, readNumber, readText } from '../read/parse-file.ts'

/**
 * The tokens in a credentials file of qwen-code, a format that other tools copied; null: another format. `sharedFile`
 * is that file if qwen-code continues to renew the tokens. Two owners of one refresh token would end each other's
 * login.
 */
export function tokensIn(parsed: unknown, sharedFile: string | null): TokenSet | null {
  if (!isFields(parsed)) return null
  const accessToken = readText(parsed['access_token'])
  const refreshToken = readText(parsed['refresh_token'])
  if (accessToken === null || refreshToken === null) return null
  const expiresAt = readNumber(parsed['expiry_date']) ?? Date.parse(readText(parsed['expired']) ?? '')
  return {
    accessToken,
    refreshToken,
    tokenType: readText(parsed['token_type']) ?? 'Bearer',
    expiresAt: Math.abs(expiresAt) <= MOST_MS ? formatTime(expiresAt) : null,
    obtainedAt: null,
    server: null,
    baseUrl: qwenResourceBase(parsed),
    sharedFile,
  }
}

/** The last time that a date can hold. */
const MOST_MS = 8.64e15

/** A note for people about how the login is renewed from now on. */
export function renewalNote(tokens: TokenSet, tool: string): string {
  return tokens.sharedFile === null
    ? `qwenctl renews this login from now on: stop ${tool}, or each ends the other's login`
    : 'qwen-code and qwenctl renew this login together, in its own file'
}

export function oauthFinding(
  said: Pick<Finding, 'source' | 'file' | 'name'> & { tokens: TokenSet } & Partial<Finding>,
): Finding {
  return makeFinding({ provider: 'qwen-oauth', ...said })
}
