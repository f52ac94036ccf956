import type { AccountScope } from '../../account/client-key.ts'
import { isInScope } from '../../account/client-key.ts'
import type { Member } from '../pool/member.ts'
import type { ModelEvidence } from './model-evidence.ts'
import { isCertain, weighEvidence } from './model-evidence.ts'

/** A model at one provider, as `provider/model` names it. */
export interface ProviderModel {
  provider: string
  model: string
}

/** A list says that the account does not have the model. */
const lacking: ReadonlySet<ModelEvidence> = new Set(['unlisted', 'absent'])

/**
 * Whether `provider/model` is the whole name of a model at some account, as `qwen/qwen3-coder` is at OpenRouter. The
 * provider before the slash goes first, unless the lists of all its accounts lack the rest.
 */
export function isWholeName(
  members: readonly Member[],
  name: string,
  { provider, model }: ProviderModel,
  scope: AccountScope,
): boolean {
  const seen = members.filter(({ account }) => isInScope(scope, account))
  const mayHave = (member: Member) =>
    member.account.provider === provider && !lacking.has(weighEvidence(member, model))
  return !seen.some(mayHave) && seen.some((member) => isCertain(weighEvidence(member, name)))
}
