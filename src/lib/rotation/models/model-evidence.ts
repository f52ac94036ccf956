import type { Member } from '../pool/member.ts'

/**
 * How well it is known whether an account has a model.
 * - `configured`: its own `--model` list has it. `fetched`: the list of its service has it.
 * - `documented`: qwenctl's list for this service has it. `answered`: the account has answered for it.
 * - `named`: only the model's name speaks for the service. `unknown`: nothing does.
 * - `unlisted`: the list of its service lacks it; lists may be incomplete. `absent`: the account does not have it.
 */
export type ModelEvidence =
  'configured' | 'fetched' | 'documented' | 'answered' | 'named' | 'unknown' | 'unlisted' | 'absent'

const certain: ReadonlySet<ModelEvidence> = new Set(['configured', 'fetched', 'documented'])

/** Whether a list says that the account has the model. */
export function isCertain(evidence: ModelEvidence): boolean {
  return certain.has(evidence)
}

/** Whether only an answer of the account can tell more. */
export function isGuess(evidence: ModelEvidence): boolean {
  return evidence === 'unknown' || evidence === 'unlisted'
}

export function weighEvidence(member: Member, model: string): ModelEvidence {
  const { account, provider, known, isElsewhere, isKeptApart } = member
  const serves = member.serves(model)
  if (account.models !== null) return serves === true ? 'configured' : 'absent'
  if (isKeptApart) return serves === true ? 'documented' : 'absent'
  if (known.listed?.has(model) === true) return 'fetched'
  if (serves === false) return 'absent'
  if (!isElsewhere && known.listed === null && provider.models.includes(model)) return 'documented'
  if (known.answered.has(model)) return 'answered'
  if (known.listed !== null) return 'unlisted'
  return serves === true ? 'named' : 'unknown'
}

/** A smaller rank is tried first. */
export function evidenceRank(evidence: ModelEvidence): number {
  if (evidence === 'unlisted') return 2
  // An answer ranks no account above one of which nothing is known: the strategy must still decide.
  return evidence === 'unknown' || evidence === 'answered' ? 1 : 0
}
