/** A wire format of model requests, as clients and upstreams speak it. */
export type Format = 'chat' | 'messages' | 'responses' | 'gemini'

/** The formats in which an account may get a request. */
export type UpstreamFormat = Format | 'embeddings'
