import type { AccountScope } from '../../account/client-key.ts'
import type { Aliases } from './aliases.ts'
import { splitModel } from '../rotation-request.ts'

/** A model that may answer a request; null: none is named, or any provider that has it. */
export interface ModelStep {
  provider: string | null
  model: string | null
}

const NO_MODEL: readonly ModelStep[] = [{ provider: null, model: null }]

interface Names {
  /** The providers of a pool's accounts. */
  hasProvider(id: string): boolean
  /** Reads a name for the client with this scope: see `whole-name.ts`. */
  readName(name: string, scope: AccountScope): readonly ModelStep[]
}

/**
 * The models that may answer a client's request for this one, in order. An alias means the same for each client, and
 * its models name their providers strictly. In other names, only the providers in the client's scope count.
 */
export function modelSteps(
  model: string | null,
  aliases: Aliases,
  pool: Names,
  scope: AccountScope,
): readonly ModelStep[] {
  if (model === null) return NO_MODEL
  const chain = aliases.get(model)
  if (chain === undefined) return pool.readName(model, scope)
  return chain.map((name) => splitModel(name, (id) => pool.hasProvider(id)))
}
