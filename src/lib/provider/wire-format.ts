/** A wire format of chats, as clients and upstreams speak it. */
export type Format = 'chat' | 'messages' | 'responses' | 'gemini'

/** A wire format of embeddings: OpenAI's or Google's. */
export type EmbeddingFormat = 'embeddings' | 'gemini-embeddings'

/** A wire format that the proxy reads or writes. */
export type WireFormat = Format | EmbeddingFormat | CountFormat

/** A wire format of requests that count tokens. */
export type CountFormat = 'messages-count' | 'responses-count' | 'gemini-count'

export function isCountFormat(format: WireFormat): format is CountFormat {
  return format === 'messages-count' || format === 'responses-count' || format === 'gemini-count'
}

export function isChatFormat(format: WireFormat): format is Format {
  return !isEmbeddingFormat(format) && !isCountFormat(format)
}

export function isEmbeddingFormat(format: WireFormat): format is EmbeddingFormat {
  return format === 'embeddings' || format === 'gemini-embeddings'
}
