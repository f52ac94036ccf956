/** A wire format of model requests, as clients and upstreams speak it. */
export type Format = 'chat' | 'messages' | 'responses' | 'gemini'
