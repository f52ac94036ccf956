import { isAskable } from '../mismatch.ts'
import type { Member } from '../pool/member.ts'
import type { ModelEvidence } from './model-evidence.ts'
import { weighEvidence, isCertain } from './model-evidence.ts'
import type { RotationRequest } from '../rotation-request.ts'

/** The accounts that have a model, as far as it is known. */
interface Holders {
  /** An account that the request may use has it for certain. */
  isHeld: boolean
  /** An account on this machine has it for certain, even a disabled one or one outside the request's group. */
  isLocal: boolean
  /** An enabled account elsewhere has it for certain. */
  isRemote: boolean
  /** Accounts that answered for it. */
  answeredLocal: boolean
  answeredRemote: boolean
}

const NO_ONE_LEFT_OUT = (): boolean => false

/**
 * Selects the accounts to leave out because others are known to have the model. Endpoint, format, cooldowns and
 * limits do not matter. A model that only a local server has stays there, even while that server cannot answer. A
 * request that is pinned to an account leaves no account out.
 */
export function accountsLeftOut(
  members: readonly Member[],
  request: RotationRequest,
): (member: Member) => boolean {
  const { model, pin } = request
  if (typeof model !== 'string' || typeof pin === 'string') return NO_ONE_LEFT_OUT
  const holders = findHolders(members, request, model)
  if (!holders.isHeld && !holders.isLocal && !holders.answeredLocal) return NO_ONE_LEFT_OUT
  return (member) => isLeftOut(member, weighEvidence(member, model), holders)
}

function isLeftOut({ isLocal }: Member, evidence: ModelEvidence, holders: Holders): boolean {
  if (isCertain(evidence)) return false
  if (holders.isLocal && !holders.isRemote && !isLocal) return true
  if (holders.isHeld) return evidence !== 'answered' && evidence !== 'named'
  return holders.answeredLocal && !holders.answeredRemote && !isLocal && evidence === 'unlisted'
}

function findHolders(members: readonly Member[], request: RotationRequest, model: string): Holders {
  const found = {
    isHeld: false,
    isLocal: false,
    isRemote: false,
    answeredLocal: false,
    answeredRemote: false,
  }
  for (const member of members) {
    if (!isOfRequest(member, request)) continue
    const evidence = weighEvidence(member, model)
    if (isCertain(evidence)) {
      if (member.isLocal) found.isLocal = true
      else if (member.account.enabled) found.isRemote = true
      if (isAskable(member, request)) found.isHeld = true
    } else if (evidence === 'answered' && isAskable(member, request)) {
      if (member.isLocal) found.answeredLocal = true
      else found.answeredRemote = true
    }
  }
  return found
}

/** Whether the account counts: not if another user has it, or another provider than the request names. */
function isOfRequest({ account }: Member, { user, provider }: RotationRequest): boolean {
  return (
    (typeof user !== 'string' || user === account.user) &&
    (typeof provider !== 'string' || provider === account.provider)
  )
}
