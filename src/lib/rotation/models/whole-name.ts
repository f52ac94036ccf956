import type { AccountScope } from '../../account/client-key.ts'
import { isInScope } from '../../account/client-key.ts'
import type { Member } from '../pool/member.ts'
import { splitModel } from '../rotation-request.ts'
import { isCertain, weighEvidence } from './model-evidence.ts'
import type { ModelStep } from './model-steps.ts'

/** The accounts of a pool, and the providers of those in a scope. */
interface Accounts {
  readonly members: readonly Member[]
  hasProvider(id: string, scope: AccountScope): boolean
}

/**
 * The models that a name may mean, in order; no alias. `provider/model` names a model at a provider of the pool. It
 * may also be the whole name of a model at an account, as `qwen/qwen3-coder` is at OpenRouter.
 */
export function readName(name: string, scope: AccountScope, pool: Accounts): readonly ModelStep[] {
  const { provider, model } = splitModel(name, (id) => pool.hasProvider(id, scope))
  if (provider === null) return [{ provider, model }]
  const seen = pool.members.filter(({ account }) => isInScope(scope, account))
  return orderReadings(name, { provider, model }, seen)
}

/**
 * The provider before the slash goes first where it may have the rest. The whole name counts only if an enabled
 * account has it for certain, or one on this machine. It never takes a request from this machine: see `mustStay`.
 */
function orderReadings(
  name: string,
  split: { provider: string; model: string },
  seen: readonly Member[],
): readonly ModelStep[] {
  const { provider, model } = split
  const holders = seen.filter((member) => isCertain(weighEvidence(member, name)))
  const isRemote = holders.some(({ account, isLocal }) => account.enabled && !isLocal)
  if (!isRemote && !holders.some(({ isLocal }) => isLocal)) return [split]
  const named = seen.filter(({ account }) => account.provider === provider)
  const enabled = named.filter(({ account }) => account.enabled)
  if (enabled.some((member) => isCertain(weighEvidence(member, model)))) return [split]
  if (isRemote && mustStay(named, model)) return [split]
  const whole: ModelStep = { provider: null, model: name }
  // A model that only this machine has for certain is no guess for a service elsewhere.
  const mayAsk = isRemote || named.every(({ isLocal }) => isLocal)
  return mayAsk && enabled.some((member) => !lacks(member, model)) ? [split, whole] : [whole]
}

/**
 * Whether a request for this provider's model may be meant for an account on this machine. The prompt then never
 * leaves it for another provider. Only the user's own list of models shows that an account lacks one: a fetched list
 * may be old.
 */
function mustStay(named: readonly Member[], model: string): boolean {
  const local = named.filter(({ isLocal }) => isLocal)
  if (local.length === 0) return false
  return local.length === named.length || !local.every((member) => isSurelyAbsent(member, model))
}

function isSurelyAbsent(member: Member, model: string): boolean {
  return weighEvidence(member, model) === 'absent' && (member.account.models?.length ?? 0) > 0
}

/** Whether a list says that the account does not have the model. An empty list says nothing. */
function lacks(member: Member, model: string): boolean {
  const evidence = weighEvidence(member, model)
  return evidence === 'absent' || (evidence === 'unlisted' && member.known.listed?.size !== 0)
}
