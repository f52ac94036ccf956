import type { ClientDialect, Dialect } from '../provider/provider.ts'
import type { RotationRequest } from './rotation-request.ts'

/** A wire format that the proxy reads or writes. */
export type WireFormat = 'chat' | 'messages' | 'responses' | 'gemini' | 'embeddings'

/** The format and dialect in which an account gets a request. */
export interface Way {
  dialect: Dialect
  /** Null: the client's own format. */
  format: WireFormat | null
  /** The path that the account must not lack; null: every account of the dialect has it. */
  route: string | null
}

/** An endpoint of the pool, as selection sees it. */
export interface Endpoint {
  dialect: ClientDialect
  /** The wire format of the client, if accounts of other formats can serve it; null: only its own can. */
  format: Exclude<WireFormat, 'embeddings'> | null
  /** How accounts can serve it, the client's own format first. */
  ways: readonly Way[]
}

// Every service of a dialect has its chat.
export const asChat: Way = { dialect: 'openai', format: 'chat', route: null }
export const asMessages: Way = { dialect: 'anthropic', format: 'messages', route: null }
export const asEmbeddings: Way = { dialect: 'openai', format: 'embeddings', route: '/embeddings' }
export const asResponses: Way = { dialect: 'openai', format: 'responses', route: '/responses' }
export const asGemini: Way = { dialect: 'gemini', format: 'gemini', route: null }

const translated: ReadonlyMap<string, Endpoint> = new Map([
  [
    '/chat/completions',
    { dialect: 'openai', format: 'chat', ways: [asChat, asMessages, asResponses, asGemini] },
  ],
  [
    '/responses',
    { dialect: 'openai', format: 'responses', ways: [asResponses, asChat, asMessages, asGemini] },
  ],
  [
    '/messages',
    { dialect: 'anthropic', format: 'messages', ways: [asMessages, asChat, asResponses, asGemini] },
  ],
])

/** The endpoint at a path below `/v1`. `quota explain` and the proxy both read it here. */
export function endpointAt(path: string): Endpoint {
  const known = translated.get(path)
  if (known !== undefined) return known
  const dialect = path.startsWith('/messages/') ? 'anthropic' : 'openai'
  return { dialect, format: null, ways: [{ dialect, format: null, route: path }] }
}

/** The demands of one way on the pool. `common`: those of all ways of the request. */
export function wantedBy(
  { dialect, route }: Way,
  { model, provider }: Pick<RotationRequest, 'model' | 'provider'>,
  { pin, group, session, homes, user, allowed }: RotationRequest,
): RotationRequest {
  return { dialect, route, model, provider, group, pin, session, homes, user, allowed }
}
