import type { LedgerState } from '../quota/log/state.ts'
import type { Dialect } from '../provider/provider.ts'

/** The same for every request of one conversation: a name for it, or a hash of what tells it from others (32 bits). */
export type Session = string | number

/** What a request asks of the pool. A field that is missing or null asks for nothing. */
export interface RotationRequest {
  dialect?: Dialect | null
  /** Below an OpenAI base (`/embeddings`): accounts whose service surely lacks it are passed over. */
  route?: string | null
  /** As the upstream is to read it, without a `provider/` in front. */
  model?: string | null
  user?: string | null
  provider?: string | null
  group?: string | null
  /** What a client key may use: these accounts, and those of these groups. */
  allowed?: { /** Ids. */ accounts: readonly string[]; groups: readonly string[] } | null
  /** The id of the one account that may serve: a pin fails rather than going elsewhere. */
  pin?: string | null
  session?: Session | null
  /** Ids of accounts that serve first where they can, the one wanted most first: where the conversation is at home. */
  homes?: readonly string[] | null
}

/** What cooldowns of a request are found by: its model, and the endpoint that it reaches at the upstream. */
export type Wanted = Pick<RotationRequest, 'model' | 'route' | 'dialect'>

/** The endpoint of the request as its upstream serves it, below the base. Chat has no route of its own in requests. */
function endpointOf({ route, dialect }: Wanted): string {
  return route ?? (dialect === 'anthropic' ? '/messages' : '/chat/completions')
}

/** The name under which the ledger keeps a cooldown of one endpoint of an account. No model name has this form. */
export function routeKey(wanted: Wanted): string {
  return `route ${endpointOf(wanted)}`
}

/** What caps over the accounts leave; `cap-room.ts` has them. */
export interface CapsNow {
  hasRoom(account: string, state: LedgerState, now: number): boolean
  /** In words, and when there may be room again; null: there is. */
  refusal(account: string, state: LedgerState, now: number): { words: string; availableAt: number } | null
}

/** What eligibility is judged by. */
export interface RotationMoment {
  readonly state: LedgerState
  /** The ledger's time in epoch milliseconds. */
  readonly now: number
  /** Whole percent of every limit of an account that the pool leaves to other uses; missing: nothing. */
  readonly keep?: number
  /** What caps over the accounts leave; missing: there are none. */
  readonly caps?: CapsNow | null
}

/**
 * What a choice is made from. It is read anew for every candidate: with a getter for `now`, a failover that takes
 * long sees cooldowns end.
 */
export interface RotationView extends RotationMoment {
  /** In [0, 1). */
  readonly random: () => number
}

/**
 * Takes `provider/model` apart. Names of models have slashes of their own (`qwen/qwen3-coder` at a router), so the
 * first part counts only where the pool has such a provider.
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
