import type { Account } from '../../../account/account.ts'
import { isQwenctlError } from '../../../base/errors.ts'
import type { PlanWindow } from '../../../provider/plans/plan-reader.ts'
import type { AddressRules } from '../account-fields.ts'
import { canLackKey, checkSecret, checkSettings, missingSecret } from '../account-fields.ts'
import type { AccountSecrets } from '../account-secrets.ts'
import type { CheckRequest } from './credential-check.ts'
import { findPlan } from '../../plans/find-plan.ts'
import { askPlan } from './ask-plan.ts'
import { checkNamedServer, checkWithProvider } from './credential-check.ts'
import type { Egress } from '../../../net/egress.ts'
import type { EgressProxy } from '../../../net/egress-proxy.ts'
import { parseEgressList } from '../../../net/egress-proxy.ts'
import type { AccountLogins } from '../../login/account-logins.ts'
import { formatMissingProvider } from '../../providers/missing-provider.ts'
import type { ModelBook, ServicePlace } from '../../models/model-book.ts'
import type { CheckResult, NewAccount } from '../account-inputs.ts'
import type { ProviderRegistry } from '../../providers/provider-registry.ts'

export interface ChecksParts {
  secrets: AccountSecrets
  logins: AccountLogins
  providers: () => Promise<ProviderRegistry>
  egress: () => Promise<Egress>
  addressRules: () => Promise<AddressRules>
  request: () => Pick<CheckRequest, 'timeoutMs' | 'userAgent' | 'clock'>
  /** Keeps the models that a checked service lists. */
  models: Pick<ModelBook, 'keepList'>
  defaultUser: () => Promise<string>
}

/** Asks providers about credentials of stored accounts and of accounts that are about to be added. */
export class AccountChecks {
  readonly #parts: ChecksParts
  readonly #refusedPlans = new Map<string, number>()

  constructor(parts: ChecksParts) {
    this.#parts = parts
  }

  /** Throws if `add` would refuse the key or its destination; the result is the provider's verdict. */
  async ofNew(wanted: NewAccount): Promise<CheckResult> {
    const provider = (await this.#parts.providers()).get(wanted.provider)
    const given = { baseUrl: wanted.baseUrl ?? null, egressProxy: wanted.egressProxy ?? null }
    const { baseUrl = null, egressProxy } = checkSettings(given, provider, await this.#parts.addressRules())
    if (wanted.secret === undefined) {
      if (!canLackKey({ ...wanted, baseUrl }, provider)) throw missingSecret(provider)
      if (!provider.keyIsOptional) return noKey(provider.label)
    }
    const via = egressProxy == null ? [] : parseEgressList(egressProxy.url)
    const secret = wanted.secret === undefined ? '' : checkSecret(wanted.secret)
    const place = {
      user: wanted.user ?? (await this.#parts.defaultUser()),
      provider: provider.id,
      credential: { type: secret === '' ? ('none' as const) : ('api-key' as const) },
    }
    const request = { provider, secret, ...(await this.#request(via)), onModels: this.#keepFor(place) }
    return baseUrl === null
      ? checkWithProvider({ ...request, baseUrl })
      : checkNamedServer({ ...request, baseUrl })
  }

  async of(account: Account): Promise<CheckResult> {
    const registry = await this.#parts.providers()
    if (!registry.has(account.provider))
      return { result: 'unchecked', message: formatMissingProvider(account.provider), latencyMs: null }
    const provider = registry.of(account)
    if (account.credential.type === 'none') return noKey(provider.label)
    const closed = await this.#parts.secrets.findClosed(account)
    if (closed !== null) return { result: 'refused', message: closed.message, latencyMs: null }
    const request = await this.#request(await this.#parts.secrets.openEgress(account))
    const onModels = this.#keepFor(account)
    const check = (secret: string) =>
      checkWithProvider({ provider, baseUrl: account.baseUrl, secret, ...request, onModels })
    if (account.credential.type !== 'oauth') return check(await this.#parts.secrets.open(account))
    try {
      const { secret } = await this.#parts.logins.access(account)
      const first = await check(secret)
      // An access token may end early; a new one shows whether the login has ended too.
      if (first.result !== 'refused') return first
      return await check((await this.#parts.logins.access(account, secret)).secret)
    } catch (error) {
      if (!isQwenctlError(error)) throw error
      const { code, message } = error
      if (code === 'needs_login') return { result: 'refused', message, latencyMs: null }
      if (code === 'upstream_unavailable') return { result: 'unreachable', message, latencyMs: null }
      throw error
    }
  }

  /**
   * Asks the provider for its own counts of the account. Null: it has no address for them, or none that
   * `allowsUnofficial` permits. Throws `upstream_unavailable`.
   */
  async readPlan(account: Account, allowsUnofficial: boolean): Promise<PlanWindow[] | null> {
    const registry = await this.#parts.providers()
    if (!registry.has(account.provider) || account.credential.type !== 'api-key') return null
    const provider = registry.of(account)
    const plan = findPlan(account, registry)
    if (plan === null) return null
    const secret = await this.#parts.secrets.open(account)
    const request = await this.#request(await this.#parts.secrets.openEgress(account))
    const question = { provider, account, secret, request, allowsUnofficial }
    return askPlan(plan, question, this.#refusedPlans)
  }

  /** Keeps the list of a checked service, so that `models` knows it before a proxy runs. */
  #keepFor(place: Omit<ServicePlace, 'baseUrl'>): NonNullable<CheckRequest['onModels']> {
    const { user, provider, credential } = place
    return (models, baseUrl) =>
      void this.#parts.models.keepList({ user, provider, baseUrl, credential }, models)
  }

  /** The check reaches the provider on the same path as the account's requests. */
  async #request(via: readonly EgressProxy[]) {
    const request = this.#parts.request()
    return { ...request, agents: (await this.#parts.egress()).agents(via, request.timeoutMs) }
  }
}

function noKey(label: string): CheckResult {
  return { result: 'unchecked', message: `${label} needs no key`, latencyMs: null }
}
