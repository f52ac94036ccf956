/**
 * Device-code login at a service (RFC 8628), as data. For a provider with it, `auth add` offers the login, and
 * access tokens are renewed before they end.
 */
export interface DeviceLogin {
  /** The URL that begins a login. */
  deviceEndpoint: string
  /** The URL that issues and renews tokens. */
  tokenEndpoint: string
  /** The id of a public client: there is no secret. */
  clientId: string
  /** As sent, separated by spaces; null: none. */
  scope: string | null
  /** Whether the server knows PKCE (RFC 7636, S256). */
  pkce: boolean
  /** Reads the base URL for requests from an answer with tokens; null or left out: the answer has none. */
  baseUrl?(answer: Readonly<Record<string, unknown>>): string | null
  /** Error codes besides `invalid_grant` for a dead refresh token. */
  isRefreshDead?(status: number, answer: Readonly<Record<string, unknown>>): boolean
  /** The hint for people when the server refuses to begin a login. */
  refusal?: string
}
