import type { Account } from '../../account/account.ts'
import { providerSubject, quotaGroupSubject } from '../../account/account.ts'
import { isLoopbackUrl } from '../../base/loopback.ts'
import { SharedTexts } from '../../base/text/shared-texts.ts'
import { findBases } from '../../provider/endpoints.ts'
import type { Dialect, Provider } from '../../provider/provider.ts'
import { findServiceAt } from '../../provider/service-at-base.ts'
import type { ServiceKnowledge } from '../models/service-knowledge.ts'
import { nothingKnown } from '../models/service-knowledge.ts'

/** An account as the pool sees it: everything that only changes with the documents, computed once. */
export interface Member {
  readonly account: Account
  readonly provider: Provider
  /** Its service below `/services`; null: a model provider. */
  readonly service: string | null
  /** Id of the provider that decides the habits of its requests: that of the service at its base URL, if known. */
  readonly speaksLike: string
  /** Wire formats that its base speaks. */
  readonly dialects: ReadonlySet<Dialect>
  /** False: it needs a credential and has none. */
  readonly hasCredential: boolean
  /** True or false if the name decides, null if only a request would; `weighEvidence` also knows the fetched lists. */
  readonly serves: (model: string) => boolean | null
  /** The models that its service reported or answered for. */
  readonly known: ServiceKnowledge
  /** Its base URL is not one of the provider's own. */
  readonly isElsewhere: boolean
  /** Its requests do not leave this machine. */
  readonly isLocal: boolean
  /** Whether its service has a route below its OpenAI base; null: unknown, as always behind the user's own base URL. */
  readonly hasRoute: (path: string) => boolean | null
  /** `weighEvidence` is the same for members with the same text here. */
  readonly family: string
  /** Simulated, beside real accounts: it serves its own models only. */
  readonly isKeptApart: boolean
  /** The subjects of its cooldowns in the ledger. */
  readonly subjects: { account: string; quotaGroup: string | null; provider: string }
}

/** The part of a member that all members of its family have. */
type Family = Omit<Member, 'account' | 'service' | 'hasCredential' | 'isKeptApart' | 'subjects'>

/** Builds members. Those of one family share all that depends on the service alone. */
export class MemberBuilder {
  readonly #families = new Map<string, Family>()
  readonly #subjects = new SharedTexts()

  /** `known`: the models that the account's service has reported or answered for so far. */
  build(account: Account, provider: Provider, known: ServiceKnowledge = nothingKnown): Member {
    const { dialects, serves, isElsewhere, isLocal, hasRoute, speaksLike, family } = this.#findFamily(
      account,
      provider,
      known,
    )
    return {
      account,
      provider,
      service: provider.kind === 'http' ? (account.service ?? provider.id) : null,
      speaksLike,
      dialects,
      hasCredential: canAuthenticate(account, provider),
      serves,
      known,
      isElsewhere,
      isLocal,
      hasRoute,
      family,
      isKeptApart: false,
      subjects: {
        account: account.id,
        quotaGroup: quotaGroupSubject(account),
        provider: this.#subjects.share(providerSubject(account)),
      },
    }
  }

  #findFamily(account: Account, provider: Provider, known: ServiceKnowledge): Family {
    const { baseUrl, anthropicBaseUrl = null, models } = account
    const family = JSON.stringify([account.provider, baseUrl, anthropicBaseUrl, models, known.key])
    let found = this.#families.get(family)
    if (found === undefined) {
      found = buildFamily(account, provider, { known, family })
      this.#families.set(family, found)
    }
    return found
  }
}

/** A single member: see `MemberBuilder`. */
export function buildMember(account: Account, provider: Provider, known?: ServiceKnowledge): Member {
  return new MemberBuilder().build(account, provider, known)
}

function buildFamily(
  account: Account,
  provider: Provider,
  { known, family }: { known: ServiceKnowledge; family: string },
): Family {
  const bases = findBases(account, provider)
  const dialects = new Set<Dialect>()
  if (bases.openai !== null) dialects.add('openai')
  if (bases.anthropic !== null) dialects.add('anthropic')
  if ((bases.gemini ?? null) !== null) dialects.add('gemini')
  const isElsewhere = !isOwnBase(account.baseUrl, provider)
  return {
    provider,
    speaksLike: findServiceAt(account.provider, account.baseUrl ?? account.anthropicBaseUrl ?? null),
    dialects,
    serves: buildServes(account, provider, isElsewhere),
    known,
    isElsewhere,
    isLocal: provider.simulated || (account.baseUrl !== null && isLoopbackUrl(account.baseUrl)),
    hasRoute: isElsewhere ? () => null : (path) => provider.hasRoute(path),
    family,
  }
}

function canAuthenticate({ credential }: Account, provider: Provider): boolean {
  if (credential.type !== 'none') return true
  // A server at the URL of the user may accept requests without a key.
  return credential.lost === undefined && (!provider.needsCredential || provider.keyIsOptional)
}

function buildServes(account: Account, provider: Provider, isElsewhere: boolean): Member['serves'] {
  if (account.models !== null) {
    const models = new Set(account.models)
    return (model) => models.has(model)
  }
  // Any server may answer behind the user's own base URL: what the provider lacks says nothing there.
  if (isElsewhere) return (model) => (provider.serves(model) === true ? true : null)
  return (model) => provider.serves(model)
}

function isOwnBase(baseUrl: string | null, provider: Provider): boolean {
  if (baseUrl === null) return true
  const base = baseUrl.replace(/\/+$/, '')
  return provider.endpoints.some((endpoint) => endpoint.openai === base || endpoint.anthropic === base)
}
