import type { AccountScope } from '../../account/client-key.ts'
import type { Aliases } from './aliases.ts'
import { splitModel } from '../rotation-request.ts'
import type { ProviderModel } from './whole-name.ts'

/** A model that may answer a request; null: none is named, or any provider that has it. */
export interface ModelStep {
  provider: string | null
  model: string | null
}

const NO_MODEL: readonly ModelStep[] = [{ provider: null, model: null }]

/** The providers of a pool's accounts; with a scope, of the accounts in it. */
interface Providers {
  hasProvider(id: string, scope?: AccountScope): boolean
  isWholeName(name: string, split: ProviderModel, scope: AccountScope): boolean
}

/**
 * The models that may answer a client's request for this one, in order. An alias means the same for each client. In
 * other names, only the providers in the client's scope count.
 */
export function modelSteps(
  model: string | null,
  aliases: Aliases,
  pool: Providers,
  scope: AccountScope,
): readonly ModelStep[] {
  if (model === null) return NO_MODEL
  const chain = aliases.get(model)
  if (chain === undefined) return [stepFor(model, pool, scope)]
  return chain.map((name) => splitModel(name, (id) => pool.hasProvider(id)))
}

function stepFor(name: string, pool: Providers, scope: AccountScope): ModelStep {
  const { provider, model } = splitModel(name, (id) => pool.hasProvider(id, scope))
  if (provider !== null && pool.isWholeName(name, { provider, model }, scope))
    return { provider: null, model: name }
  return { provider, model }
}
