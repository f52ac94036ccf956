import type { Account } from '../account/account.ts'
import { providerSubject, quotaGroupSubject } from '../account/account.ts'
import type { Dialect, Provider } from '../provider/provider.ts'

/** An account as the pool sees it: everything that only changes with the documents, worked out once. */
export interface Member {
  readonly account: Account
  readonly provider: Provider
  /** Wire formats that its base speaks. */
  readonly dialects: ReadonlySet<Dialect>
  /** False: it needs a credential and has none. */
  readonly hasCredential: boolean
  /** True or false where the name tells, null when only asking would. */
  readonly serves: (model: string) => boolean | null
  /** Whether its service has a route below its OpenAI base; null: unknown, as always behind a base URL of the user's own. */
  readonly hasRoute: (path: string) => boolean | null
  /** Members with the same text here answer `serves` alike. */
  readonly family: string
  /** Simulated, beside real accounts: it serves its own models only. */
  readonly isKeptApart: boolean
  /** Under which its cooldowns stand in the ledger. */
  readonly subjects: { account: string; quotaGroup: string | null; provider: string }
}

export function memberOf(account: Account, provider: Provider): Member {
  const bases = provider.bases(account.baseUrl)
  const dialects = new Set<Dialect>()
  if (bases.openai !== null) dialects.add('openai')
  if (bases.anthropic !== null) dialects.add('anthropic')
  const isElsewhere = !isOwnBase(account.baseUrl, provider)
  return {
    account,
    provider,
    dialects,
    hasCredential: !provider.needsCredential || account.credential.type !== 'none',
    serves: servesOf(account, provider, isElsewhere),
    hasRoute: isElsewhere ? () => null : (path) => provider.hasRoute(path),
    family: JSON.stringify([account.provider, isElsewhere, account.models]),
    isKeptApart: false,
    subjects: {
      account: account.id,
      quotaGroup: quotaGroupSubject(account),
      provider: providerSubject(account),
    },
  }
}

function servesOf(account: Account, provider: Provider, isElsewhere: boolean): Member['serves'] {
  if (account.models !== null) {
    const models = new Set(account.models)
    return (model) => models.has(model)
  }
  // Behind a base URL of the user's own anything may answer: the provider's word on what it lacks says nothing there.
  if (isElsewhere) return (model) => (provider.serves(model) === true ? true : null)
  return (model) => provider.serves(model)
}

function isOwnBase(baseUrl: string | null, provider: Provider): boolean {
  if (baseUrl === null) return true
  const base = baseUrl.replace(/\/+$/, '')
  return provider.endpoints.some((endpoint) => endpoint.openai === base || endpoint.anthropic === base)
}
