import type { LedgerState } from '../quota/log/state.ts'
import type { Dialect } from '../provider/provider.ts'

/** Identifies the requests of one conversation: a name for it, or a 32-bit hash that tells it from others. */
export type Session = string | number

/** An endpoint in the format of a dialect. */
export interface EndpointWish {
  dialect: Dialect
  /** Below the base of the dialect; null: its chat, which every account of the dialect has. */
  route: string | null
}

/** The demands of a request on the pool. A field that is missing or null demands nothing. */
export interface RotationRequest {
  dialect?: Dialect | null
  /** The path below an OpenAI base (`/embeddings`): accounts of services that surely lack it are skipped. */
  route?: string | null
  /** The account needs one of these; the first that it has serves the request. They replace `dialect` and `route`. */
  anyOf?: readonly EndpointWish[] | null
  /** The name that the upstream reads, without a `provider/` prefix. */
  model?: string | null
  /** The service below `/services`; missing or null: the request is for a model. */
  service?: string | null
  user?: string | null
  provider?: string | null
  group?: string | null
  /** The accounts that a client key may use: these, and those of these groups. */
  allowed?: { /** Ids. */ accounts: readonly string[]; groups: readonly string[] } | null
  /** The id of the only account that may serve: a pinned request fails rather than use another. */
  pin?: string | null
  session?: Session | null
  /** Ids of accounts that serve first if they can, in order of preference: the homes of the conversation. */
  homes?: readonly string[] | null
}

/** The parts of a request that select its cooldowns: its model, and its endpoint at the upstream. */
export type Wanted = Pick<RotationRequest, 'model' | 'route' | 'dialect' | 'anyOf'>

/** The chat of each dialect. */
const chats: Readonly<Record<Dialect, string>> = {
  openai: '/chat/completions',
  anthropic: '/messages',
  gemini: '/models/*:generateContent',
}

/** The endpoint of the request at its upstream, below the base. Chat requests have no route. */
function formatEndpoint({ route, dialect }: Pick<Wanted, 'route' | 'dialect'>): string {
  return route ?? chats[dialect ?? 'openai']
}

/** The name under which the ledger keeps a cooldown of one endpoint of an account. No model name has this form. */
export function routeKey(wanted: Pick<Wanted, 'route' | 'dialect'>): string {
  return `route ${formatEndpoint(wanted)}`
}

/** The room that caps over the accounts leave; `cap-room.ts` implements it. */
export interface CapsNow {
  hasRoom(account: string, state: LedgerState, now: number): boolean
  /** The reason in words, and when there may be room again; null: there is room. */
  refusal(account: string, state: LedgerState, now: number): { words: string; availableAt: number } | null
}

/** The input of eligibility. */
export interface RotationMoment {
  readonly state: LedgerState
  /** The ledger's time in epoch milliseconds. */
  readonly now: number
  /** Whole percent of every limit of an account that the pool leaves to other uses; missing: nothing. */
  readonly keep?: number
  /** The room that caps over the accounts leave; missing: there are no caps. */
  readonly caps?: CapsNow | null
}

/**
 * The input of a choice, read again for every candidate. With a getter for `now`, a long failover sees cooldowns end.
 */
export interface RotationView extends RotationMoment {
  /** In [0, 1). */
  readonly random: () => number
}

/**
 * Splits `provider/model`. Model names have slashes, too (`qwen/qwen3-coder` at a router). The first part therefore
 * counts only if the pool has such a provider.
 */
export function splitModel(
  name: string,
  hasProvider: (id: string) => boolean,
): { provider: string | null; model: string } {
  const slash = name.indexOf('/')
  const provider = name.slice(0, Math.max(slash, 0))
  if (slash < 1 || slash === name.length - 1 || !hasProvider(provider)) return { provider: null, model: name }
  return { provider, model: name.slice(slash + 1) }
}
