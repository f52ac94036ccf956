/** A wire format of chats, as clients and upstreams speak it. */
export type Format = 'chat' | 'messages' | 'responses' | 'gemini'

/** A wire format of embeddings: OpenAI's or Google's. */
export type EmbeddingFormat = 'embeddings' | 'gemini-embeddings'

/** A wire format that the proxy reads or writes. */
export type WireFormat = Format | EmbeddingFormat

export function isEmbeddingFormat(format: WireFormat): format is EmbeddingFormat {
  return format === 'embeddings' || format === 'gemini-embeddings'
}
