/** US dollars per million tokens. */
export interface Price {
  input: number
  output: number
  /** Input from a cache; left out: the usual share of the input (`findCacheShare`). */
  cacheRead?: number
  /** Input written to a cache for five minutes; left out: 1.25 times the input. */
  cacheWrite?: number
  /** Input written to a cache for an hour; left out: twice the input. */
  cacheWriteHour?: number
  audioInput?: number
  audioOutput?: number
  /** US dollars for each web search of the service. */
  webSearch?: number
  /** The prices of a whole request with more input tokens than `above`. */
  long?: Price & { above: number }
}

/** The price of some models of a provider. */
export interface PriceRow extends Price {
  provider: string
  /** Model names as requests spell them. */
  models: readonly string[]
  /** Beginnings of further names. */
  prefixes?: readonly string[]
}
