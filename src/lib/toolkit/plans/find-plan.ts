import type { Account } from '../../account/account.ts'
import { findBases } from '../../provider/endpoints.ts'
import type { PlanReader } from '../../provider/plans/plan-reader.ts'
import { findServiceAt } from '../../provider/service-at-base.ts'
import type { ProviderRegistry } from '../toolkit.ts'

/**
 * The reader of an account's plan; null: there is none. An account of another provider at the address of a known
 * service is read as one of that service. Only the host of the account is ever asked.
 */
export function findPlan(account: Account, registry: ProviderRegistry): PlanReader | null {
  if (!registry.has(account.provider)) return null
  const provider = registry.get(account.provider)
  const bases = findBases(account, provider)
  if (hasAddress(provider.plan, bases)) return provider.plan
  const service = findServiceAt(account.provider, account.baseUrl ?? account.anthropicBaseUrl ?? null)
  if (service === account.provider || !registry.has(service)) return null
  const { plan } = registry.get(service)
  return hasAddress(plan, bases) ? plan : null
}

function hasAddress(plan: PlanReader | null, bases: ReturnType<typeof findBases>): plan is PlanReader {
  return plan !== null && (plan.url(bases, 0) ?? plan.also?.url(bases, 0) ?? null) !== null
}
