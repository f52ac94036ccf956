import type { OutcomeClass } from '../quota/log/events.ts'

/** How an account does not fit a request, as its documents say. Only a change of them ends it. */
export type MismatchKind =
  | 'disabled'
  | 'other-user'
  | 'not-pinned'
  | 'not-allowed'
  | 'other-provider'
  | 'other-service'
  | 'other-group'
  | 'wrong-dialect'
  | 'no-such-route'
  | 'model-not-served'
  | 'model-elsewhere'
  | 'kept-apart'

/** Why an account may not serve now. `availableAt` is in epoch milliseconds, null: only the user can change it. */
export type Refusal = { words: string; availableAt: number | null } & (
  | { kind: MismatchKind }
  /** `evidence`: what the provider said; null: there is no credential. */
  | { kind: 'needs-login'; evidence: string | null }
  /** A limit of tokens or dollars, its own or the client key's, has too little left for this request. */
  | { kind: 'too-little-left' }
  /** A cap that the user set over the accounts. */
  | { kind: 'capped' }
  | {
      kind: 'cooling'
      scope: 'account' | 'model' | 'route' | 'quota-group' | 'provider'
      reason: OutcomeClass
      /** The provider's message. */
      evidence: string | null
    }
  /** `limit` as it is written: `2000/day`. `reserved`: the rest of it is for other uses than the pool. */
  | { kind: 'exhausted' | 'reserved'; limit: string }
)

/** `availableAt` for comparison: null is later than any time. */
export function lasts(refusal: Pick<Refusal, 'availableAt'>): number {
  return refusal.availableAt ?? Infinity
}
