/**
 * How people log in at a service with a short code (RFC 8628), as data. With it on a provider, `auth add` offers the
 * login, and access tokens are renewed before they end.
 */
export interface DeviceLogin {
  /** Where a login begins. */
  deviceEndpoint: string
  /** Where it is asked for tokens, and where tokens are renewed. */
  tokenEndpoint: string
  /** Of a public client: there is no secret. */
  clientId: string
  /** As sent, separated by spaces; null: none. */
  scope: string | null
  /** Whether the server knows PKCE (RFC 7636, S256). */
  pkce: boolean
  /** Where requests go, as an answer with tokens tells it; null or left out: it does not. */
  baseUrl?(answer: Readonly<Record<string, unknown>>): string | null
  /** Answers beyond `invalid_grant` by which the server says that a refresh token is dead. */
  isRefreshDead?(status: number, answer: Readonly<Record<string, unknown>>): boolean
  /** What people should know when the server refuses to begin a login, and what to do instead. */
  refusal?: string
}
