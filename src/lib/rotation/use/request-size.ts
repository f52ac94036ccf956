/** The bounds that a request names, and an estimate of its input. */
export interface RequestSize {
  /** An estimate. */
  inputTokens: number
  /** The most tokens of one answer; null: the client set no bound. */
  outputTokens: number | null
  /** How many answers the client asks for. */
  answers: number
  /** Tokens for thinking. The bound of the answer must be above them. */
  thinkingTokens: number
  /** How long a part of the input stays in the cache of the service; null: the request marks none. */
  cachedFor: 'minutes' | 'hour' | null
  hasSound: boolean
}
